import type { StoredAccess, StoredKey } from '../storage/access.js'
import type { Connection } from '../storage/database.js'
import type { PeopleIssuer } from './access-tokens.js'
import type { Actor } from './actor.js'
import { type Issuer, readIssuer } from './issuer.js'
import type { ResolvedPolicy } from './policy.js'
import {
  ANONYMOUS,
  anonymousWith,
  EVERYTHING,
  grantsOf,
  type NamedPolicy,
  type Principal,
} from './principal.js'
import { createSessions, type Session, type Sessions } from './sessions.js'
import { createTokens, type JobToken, type PersonToken, type Tokens } from './tokens.js'

/** Whoever shows no key though they could be asked for one. */
const STRANGER: Actor = { type: 'anonymous', issuer: '', subject: ANONYMOUS, label: ANONYMOUS }

/** A key that was not revoked, and until when it is good. */
export interface Held {
  principal: Principal
  expiresAt: number
}

/** What says who somebody is, other than a key. */
export type Shown = JobToken | PersonToken | Session

/** Who may do what, as of one version. */
export interface Snapshot {
  version: bigint
  hadKeys: boolean
  byHash: ReadonlyMap<string, Held>
  byId: ReadonlyMap<string, Held>
  anonymous: Principal
  tokens: Tokens
  sessions: Sessions
  /** Ids of sessions that were ended before their time. */
  revoked: ReadonlySet<string>
  /** What the issuers were declared as. */
  declared: string
  policies: readonly NamedPolicy[]
  /** By what they have shown. */
  shown: WeakMap<Shown, Principal>
}

/** Before anything was read: nobody may do anything. */
export const emptySnapshot = (options: VerifierOptions): Snapshot => ({
  version: -1n,
  hadKeys: false,
  byHash: new Map(),
  byId: new Map(),
  anonymous: anonymousWith([]),
  ...createVerifiers([], options),
  revoked: new Set(),
  declared: '[]',
  policies: [],
  shown: new WeakMap(),
})

/** What a snapshot is made with. */
export interface SnapshotOptions extends VerifierOptions {
  /** What tokens of CI jobs are for, where their issuer does not say it. */
  audience: string | undefined
}

interface VerifierOptions {
  connection: Connection
  /** The identity provider whose people are known. */
  provider?: PeopleIssuer | undefined
  onError: (error: unknown) => void
}

/** Verified tokens, sessions that were looked up and the keys of issuers: they outlive a change of something else. */
function createVerifiers(
  issuers: readonly Issuer[],
  { connection, provider, onError }: VerifierOptions,
): Pick<Snapshot, 'tokens' | 'sessions'> {
  return {
    tokens: createTokens({ issuers, people: provider, onError }),
    sessions: createSessions({ connection, issuers }),
  }
}

/** Who has which key may what, worked out once for each change. */
export function compile(
  { version, hadKeys, keys, policies, issuers, revokedSessions }: StoredAccess,
  last: Snapshot,
  options: SnapshotOptions,
): Snapshot {
  const { audience, onError } = options
  /** One that says no audience is nobody's where the server has none to give: no token is taken without. */
  const toIssuers = (stored: StoredAccess['issuers'][number]): Issuer[] => {
    try {
      return [readIssuer(stored, audience)]
    } catch (error) {
      onError(error)
      return []
    }
  }
  const resolved = policies.map(({ name, resolved }) => ({
    name,
    ...(JSON.parse(resolved) as ResolvedPolicy),
  }))
  const declared = JSON.stringify(issuers.map(({ name, document }) => [name, document]))
  const { tokens, sessions } =
    declared === last.declared ? last : createVerifiers(issuers.flatMap(toIssuers), options)
  const toHeld = ({ id, name, is_admin, expires_at }: StoredKey): Held => ({
    principal: {
      expiresAt: expires_at === null ? undefined : Date.parse(expires_at),
      id: `key:${name}`,
      kind: 'key',
      keyId: id,
      label: `the key ${name}`,
      isKnown: true,
      actor: { type: 'api_key', issuer: '', subject: name, label: name },
      grants: [
        ...(is_admin ? EVERYTHING : []),
        ...grantsOf(resolved, (subject) => !('ci' in subject) && 'key' in subject && subject.key === name),
      ],
    },
    expiresAt: expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(expires_at),
  })
  const compiled = keys.map((key) => ({ key, held: toHeld(key) }))
  return {
    version: BigInt(version),
    hadKeys,
    byHash: new Map(compiled.map(({ key, held }) => [key.hash.toString('base64'), held])),
    byId: new Map(compiled.map(({ key, held }) => [key.id, held])),
    anonymous: anonymousWith(
      grantsOf(resolved, (subject) => !('ci' in subject) && 'anonymous' in subject),
      STRANGER,
    ),
    tokens,
    sessions,
    revoked: new Set(revokedSessions),
    declared,
    policies: resolved,
    shown: new WeakMap(),
  }
}
