import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { EprError } from '@epr/model'
import { markKeysUsed, selectAccess, selectAccessVersion } from '../storage/access.js'
import { AccessError } from './access-error.js'
import { createCredentials, readCredential } from './credentials.js'
import { digestOf } from './digests.js'
import { createFailureLimit } from './failure-limit.js'
import { isSession, readKeyId } from './key-text.js'
import { anonymousWith, EVERYTHING, type Principal, toJob, toPerson } from './principal.js'
import { createRefusedCredentials } from './refused-credentials.js'
import { may } from './rights.js'
import type { KeySession } from './sessions.js'
import { compile, emptySnapshot, type Held, type Shown, type SnapshotOptions } from './snapshot.js'
import type { JobToken } from './tokens.js'

/** When callers are asked who they are: once others may come or a key exists, never, or always. */
export const AUTH_MODES = ['auto', 'off', 'required'] as const
export type AuthMode = (typeof AUTH_MODES)[number]

export interface AccessOptions extends SnapshotOptions {
  mode: AuthMode
  /** Whether only this machine reaches the server, under no name that others are given. */
  isLocal: boolean
  /** Of the session that a browser sends by itself. @default none is taken */
  cookieName?: string | undefined
}

/** A request, as far as it says who sends it. */
export interface Asking extends Pick<IncomingMessage, 'headers'> {
  socket?: { readonly remoteAddress?: string | undefined }
}

export interface Access {
  /**
   * Who sends a request. From memory: no query, no slow hash; later for a CI job's token that is seen the first time.
   *
   * @throws AccessError UNAUTHENTICATED for a credential that is not good, RATE_LIMITED when that has happened to its sender too
   *   often: one that is good is never refused for it; EprError UNAVAILABLE when it has not been possible for too long to find out what
   *   has changed
   */
  authenticate(request: Asking): Principal | Promise<Principal>
  /**
   * The job that a token is of, also while nobody is asked who they are.
   *
   * @throws AccessError as `authenticate`, also for what is not the token of a job
   */
  jobOf(token: string, from: Asking['socket']): Promise<{ principal: Principal; token: JobToken }>
  /**
   * Who has a credential, also while nobody is asked who they are.
   *
   * @throws AccessError as `authenticate`
   */
  identify(request: Asking): Promise<Principal>
  /** Counts somebody who has shown nothing good, as `authenticate` does. @throws AccessError */
  refuse(error: AccessError, from: Asking['socket']): never
  /** Whether nobody is asked who they are. */
  readonly isOpen: boolean
  /** How many keys are good. */
  readonly keyCount: number
  /** Reads what has changed; at once, as whoever has changed it wants it. */
  reload(): Promise<void>
  /** Aborted when a principal may no longer read: its key is revoked, its time is over, or a policy has changed. */
  endOf(principal: Principal): AbortSignal
  /** Looks for changes again and again, until `abort` is aborted. */
  run(abort: AbortSignal): Promise<void>
}

/** How often the version is asked for: NOTIFY says it sooner, unless its session is cut. */
const LOOK_MS = 1_000
/** What was true longer ago than this is not taken for true any more. */
const STALE_MS = 5_000
/** How often it is written which keys were used. */
const USED_MS = 60_000

const UNKNOWN = 'it cannot be found out who may do what, because the database does not answer: try again'

/** Everybody, while nobody is asked who they are. */
const OPEN = anonymousWith(EVERYTHING)

/** Who asks at a route where nobody is asked: they may do nothing there. */
export const NOBODY = anonymousWith([])

/** What a proxy on this machine adds for those that it lets in from elsewhere. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'] as const

export function createAccess(options: AccessOptions): Access {
  const { connection, mode, isLocal, provider, cookieName, onError } = options
  let snapshot = emptySnapshot(options)
  let checkedAt = Number.NEGATIVE_INFINITY
  const used = new Set<string>()
  const refused = createRefusedCredentials()
  const failures = createFailureLimit()
  const credentials = createCredentials(cookieName)
  const watched = new Map<Principal, AbortController>()

  const isOpen = (): boolean => mode === 'off' || (mode === 'auto' && isLocal && !snapshot.hadKeys)

  async function readAll(): Promise<void> {
    const startedAt = performance.now()
    const read = compile(await selectAccess(connection), snapshot, options)
    // Several read at the same time: what one has read before a change must not undo what another has read after it.
    if (read.version < snapshot.version) return
    snapshot = read
    checkedAt = startedAt
    endThoseWhoAreGone()
  }

  /** What a principal is by now; undefined when it is no more. */
  function currentOf(principal: Principal): Principal | undefined {
    if (principal === OPEN) return isOpen() ? OPEN : undefined
    if (principal.token) return isGood(principal.token) ? byShown(principal.token) : undefined
    if (principal.keyId === undefined) return snapshot.anonymous
    return keyOf(principal.keyId)?.principal
  }

  /** A key that is good. */
  function keyOf(id: string): Held | undefined {
    const held = snapshot.byId.get(id)
    return held && isInTime(held) ? held : undefined
  }

  function endThoseWhoAreGone(): void {
    for (const [principal, end] of watched) {
      const current = currentOf(principal)
      if (current && may(current, { verb: 'read' })) continue
      watched.delete(principal)
      end.abort()
    }
  }

  const isInTime = ({ expiresAt }: Pick<Held, 'expiresAt'>): boolean => expiresAt > Date.now()

  async function look(): Promise<void> {
    const startedAt = performance.now()
    if (BigInt(await selectAccessVersion(connection)) !== snapshot.version) return readAll()
    checkedAt = startedAt
    endThoseWhoAreGone()
  }

  async function flushUsed(): Promise<void> {
    if (used.size === 0) return
    const ids = [...used]
    used.clear()
    await markKeysUsed(connection, ids)
  }

  /** Whether who vouches for it still does. */
  function isVouchedFor(shown: Shown): boolean {
    if ('person' in shown) return shown.person.issuer === provider?.issuer
    return 'keyId' in shown ? keyOf(shown.keyId) !== undefined : snapshot.tokens.has(shown.issuer)
  }

  const isGood = (shown: Shown): boolean =>
    isInTime(shown) && isVouchedFor(shown) && !('session' in shown && snapshot.revoked.has(shown.session))

  /** Whoever has logged in with a key may do what that may. */
  function byKeySession(session: KeySession): Principal {
    const held = keyOf(session.keyId)
    if (!held)
      throw new AccessError('session_unknown', `the key of the session ${session.session} is no longer good`)
    return { ...held.principal, expiresAt: Math.min(session.expiresAt, held.expiresAt), token: session }
  }

  function toPrincipal(shown: Shown): Principal {
    if ('person' in shown) return toPerson(shown, snapshot.policies)
    return 'keyId' in shown ? byKeySession(shown) : toJob(shown, snapshot.policies)
  }

  function byShown(shown: Shown): Principal {
    const known = snapshot.shown.get(shown)
    if (known) return known
    const principal = toPrincipal(shown)
    snapshot.shown.set(shown, principal)
    return principal
  }

  function byToken(token: string, digest: string): Principal | Promise<Principal> {
    const known = snapshot.tokens.known(digest)
    return known ? byShown(known) : snapshot.tokens.verify(token).then(byShown)
  }

  function bySession(text: string, digest: string): Principal | Promise<Principal> {
    const known = snapshot.sessions.known(digest)
    if (known && isGood(known)) return byShown(known)
    // What is no more is not in the database either, and what was found meanwhile may be no more.
    return snapshot.sessions.find(text).then((found) => {
      if (isGood(found)) return byShown(found)
      throw new AccessError('session_unknown', `the session ${found.session} is over`)
    })
  }

  function byKey(token: string, digest: string): Principal {
    const held = snapshot.byHash.get(digest)
    if (held && isInTime(held)) {
      if (held.principal.keyId !== undefined) used.add(held.principal.keyId)
      return held.principal
    }
    const id = readKeyId(token)
    if (id === undefined)
      throw new AccessError('malformed', 'what was sent is not a key of EPR: epr-cli key create makes one')
    throw new AccessError(
      'key_unknown',
      `the key ${id} is not known, or no longer good: epr-cli key list shows those that are`,
    )
  }

  function byCredential({ headers, socket }: Asking): Principal | Promise<Principal> {
    const credential = credentials.of(headers, socket)
    if (!credential) return snapshot.anonymous
    const { text, digest } = credential
    if (text.includes('.')) return byToken(text, digest)
    return isSession(text) ? bySession(text, digest) : byKey(text, digest)
  }

  /** Counts a credential that is not good; of too many it is not said what is wrong with them. */
  function refuse(error: unknown, from: Asking['socket'], keyId?: string): never {
    if (error instanceof AccessError) {
      refused.add(keyId)
      if (!failures.take(from?.remoteAddress ?? ''))
        throw new AccessError('limited', 'too many credentials from there were not good: wait a second')
    }
    throw error
  }

  return {
    get isOpen() {
      return isOpen()
    },
    get keyCount() {
      return snapshot.byHash.size
    },
    authenticate(request) {
      const { headers, socket } = request
      if (mode === 'off') return OPEN
      if (isOpen() && !FORWARDED.some((name) => headers[name] !== undefined)) return OPEN
      if (performance.now() - checkedAt > STALE_MS) throw new EprError('UNAVAILABLE', UNKNOWN)
      try {
        const found = byCredential(request)
        return found instanceof Promise ? found.catch((error) => refuse(error, socket)) : found
      } catch (error) {
        const isKey = error instanceof AccessError && error.reason === 'key_unknown'
        return refuse(error, socket, isKey ? readKeyId(readCredential(headers) ?? '') : undefined)
      }
    },
    async jobOf(text, from) {
      if (performance.now() - checkedAt > STALE_MS) throw new EprError('UNAVAILABLE', UNKNOWN)
      try {
        const token = snapshot.tokens.known(digestOf(text)) ?? (await snapshot.tokens.verify(text))
        if ('person' in token)
          throw new AccessError(
            'issuer_unknown',
            'the token is of a person: only that of a CI job is exchanged',
          )
        return { principal: byShown(token), token }
      } catch (error) {
        return refuse(error, from)
      }
    },
    async identify(request) {
      if (performance.now() - checkedAt > STALE_MS) throw new EprError('UNAVAILABLE', UNKNOWN)
      try {
        return await byCredential(request)
      } catch (error) {
        return refuse(error, request.socket)
      }
    },
    refuse,
    reload: readAll,
    endOf(principal) {
      const known = watched.get(principal)
      if (known) return known.signal
      const end = new AbortController()
      watched.set(principal, end)
      return end.signal
    },
    async run(abort) {
      let usedAt = performance.now()
      while (!abort.aborted) {
        await look().catch(onError)
        await refused.flush(connection).catch(onError)
        if (performance.now() - usedAt > USED_MS) {
          usedAt = performance.now()
          await flushUsed().catch(onError)
        }
        await delay(LOOK_MS, undefined, { signal: abort }).catch(() => undefined)
      }
      await flushUsed().catch(() => undefined)
      await refused.flush(connection, true).catch(() => undefined)
    },
  }
}
