import { LRUCache } from 'lru-cache'
import type { Connection } from '../storage/database.js'
import { type Person, type StoredSession, selectSessions } from '../storage/sessions.js'
import { AccessError } from './access-error.js'
import { digestOf } from './digests.js'
import type { Issuer } from './issuer.js'
import { hashKey, readSessionId } from './key-text.js'
import type { JobToken } from './tokens.js'

interface Begun {
  /** Its id. */
  readonly session: string
  /** In milliseconds since 1970. */
  readonly expiresAt: number
}

/** What the token of a job was exchanged for: it shows what that has shown, for longer. */
type JobSession = Begun & JobToken
/** Of somebody who has logged in at the identity provider. */
export type PersonSession = Begun & { readonly person: Person }
/** Of somebody who has logged in with a key: it ends with that. */
export type KeySession = Begun & { readonly keyId: string }
export type Session = JobSession | PersonSession | KeySession

export interface Sessions {
  /** A session of this digest that has been looked up before, be it good or not by now. */
  known(digest: string): Session | undefined
  /** @throws AccessError for a session that is not good */
  find(text: string): Promise<Session>
}

const CACHED = 10_000
const MAX_AT_ONCE = 500

type Find = (hash: Buffer) => Promise<StoredSession | undefined>

/** Looks up those that wait together: one query is on its way at a time, however many sessions are invented. */
function createFind(connection: Connection): Find {
  const waiting: {
    hash: Buffer
    resolve: (found?: StoredSession) => void
    reject: (error: unknown) => void
  }[] = []
  let isAsking = false

  async function ask(): Promise<void> {
    const asked = waiting.splice(0, MAX_AT_ONCE)
    try {
      const rows = await selectSessions(
        connection,
        asked.map((each) => each.hash),
      )
      for (const each of asked) each.resolve(rows.find((row) => row.hash.equals(each.hash)))
    } catch (error) {
      for (const each of asked) each.reject(error)
    }
  }

  async function askAll(): Promise<void> {
    if (isAsking) return
    isAsking = true
    while (waiting.length > 0) await ask()
    isAsking = false
  }

  return (hash) =>
    new Promise((resolve, reject) => {
      waiting.push({ hash, resolve, reject })
      void askAll()
    })
}

export interface SessionsOptions {
  connection: Connection
  issuers: readonly Issuer[]
}

/** Sessions: those of jobs only of these issuers. Each is looked up the first time that it is shown, and remembered. */
export function createSessions({ connection, issuers }: SessionsOptions): Sessions {
  const byIssuer = new Map(issuers.map((issuer) => [issuer.issuer, issuer]))
  const cache = new LRUCache<string, Session>({ max: CACHED })
  const findStored = createFind(connection)

  /** Undefined where its issuer is no more. */
  function toSession({ id, principal, expires_at }: StoredSession): Session | undefined {
    const begun = { session: id, expiresAt: Date.parse(expires_at) }
    if (!('claims' in principal)) return { ...begun, ...principal }
    const issuer = byIssuer.get(principal.issuer)
    return issuer && { ...begun, issuer, claims: principal.claims }
  }

  return {
    known: (digest) => cache.get(digest),
    async find(text) {
      const id = readSessionId(text)
      if (id === undefined) throw new AccessError('malformed', 'what was sent is not a session of EPR')
      const stored = await findStored(hashKey(text))
      const session = stored && toSession(stored)
      if (!session)
        throw new AccessError(
          'session_unknown',
          `the session ${id} is over, or not known: log in again, or exchange a token of the job for another`,
        )
      cache.set(digestOf(text), session)
      return session
    },
  }
}
