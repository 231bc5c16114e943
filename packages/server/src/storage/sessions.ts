import { fromJsonText, type JsonText } from '@epr/model'
import type { Connection } from './database.js'

/** What a session is rebuilt from: the token of a job that was shown, a person that a provider knows, or a key. */
export type SessionPrincipal =
  | {
      /** The `iss` of the token. */
      issuer: string
      claims: Readonly<Record<string, string>>
    }
  | { person: Person }
  | { keyId: string }

/** Somebody, as an identity provider says. */
export interface Person {
  issuer: string
  subject: string
  /** What people call them; it can be erased. */
  label: string
  groups: readonly string[]
}

export interface StoredSession {
  id: string
  hash: Buffer
  principal: SessionPrincipal
  expires_at: string
}

/** A session as it is listed: nothing of it is secret. */
export interface SessionEntry {
  id: string
  kind: string
  caller: string
  created_at: string
  expires_at: string
}

export interface NewSession extends StoredSession {
  /** By which it was begun. */
  kind: 'exchange' | 'browser' | 'device'
  caller: string
}

const IS_GOOD = 'revoked_at is null and expires_at > now()'
/** Those of today fit on no page, and nobody reads more. */
const MAX_LISTED = 1_000

export async function insertSession(connection: Connection, session: NewSession): Promise<void> {
  await connection.query(
    `insert into sessions (id, hash, kind, caller, principal, expires_at)
     values ($1::text, $2::bytea, $3::text, $4::text, $5::json, $6::timestamptz)`,
    [
      session.id,
      session.hash,
      session.kind,
      session.caller,
      JSON.stringify(session.principal),
      session.expires_at,
    ],
  )
}

/** Those of these hashes that are good. Index sessions_hash_key. */
export async function selectSessions(
  connection: Connection,
  hashes: readonly Buffer[],
): Promise<StoredSession[]> {
  const rows = await connection.query<Omit<StoredSession, 'principal'> & { principal: JsonText }>(
    {
      name: 'select_sessions',
      text: `select id, hash, principal, expires_at from sessions where hash = any ($1::bytea[]) and ${IS_GOOD}`,
    },
    [hashes],
  )
  return rows.map((row) => ({
    ...row,
    principal: JSON.parse(fromJsonText(row.principal)) as SessionPrincipal,
  }))
}

/** Ids of those that would be good, were they not revoked. Index sessions_expires_at. */
export async function selectRevokedSessions(connection: Connection): Promise<string[]> {
  const rows = await connection.query<{ id: string }>(
    'select id from sessions where revoked_at is not null and expires_at > now()',
  )
  return rows.map(({ id }) => id)
}

/** Those that are good, the newest first. */
export const selectSessionEntries = (connection: Connection): Promise<SessionEntry[]> =>
  connection.query<SessionEntry>(
    `select id, kind, caller, created_at, expires_at from sessions where ${IS_GOOD}
     order by created_at desc, id limit ${MAX_LISTED}`,
  )

/** @returns the session that has been ended; undefined when none of this id was good */
export async function revokeSession(connection: Connection, id: string): Promise<SessionEntry | undefined> {
  const [row] = await connection.query<SessionEntry>(
    `update sessions set revoked_at = now() where id = $1::text and ${IS_GOOD}
     returning id, kind, caller, created_at, expires_at`,
    [id],
  )
  return row
}

/** Ends all that were begun by tokens of an issuer. */
export async function revokeSessionsOf(connection: Connection, issuer: string): Promise<void> {
  await connection.query(
    `update sessions set revoked_at = now() where ${IS_GOOD} and principal->>'issuer' = $1::text`,
    [issuer],
  )
}

export async function deleteExpiredSessions(connection: Connection): Promise<void> {
  await connection.query('delete from sessions where expires_at < now()')
  await connection.query('delete from device_grants where expires_at < now()')
}
