import { fromJsonText, type JsonText, type Page } from '@epr/model'
import type { Connection } from './database.js'
import { toPage } from './page.js'
import { selectRevokedSessions } from './sessions.js'

/** Sent after keys or policies have changed. */
export const ACCESS_CHANNEL = 'epr_access'

/** A key, of which nobody can be made from what is kept. */
export interface StoredKey {
  id: string
  name: string
  hash: Buffer
  is_admin: boolean
  created_at: string
  expires_at: string | null
  revoked_at: string | null
  last_used_at: string | null
}

/** What a policy was declared as, and what its names stood for then; both as JSON text. */
export interface StoredPolicy {
  name: string
  document: string
  resolved: string
  updated_at: string
}

/** An issuer as it was declared, as JSON text. */
export interface StoredIssuer {
  name: string
  issuer: string
  document: string
  updated_at: string
}

/** All that says who may do what, as of one version. */
export interface StoredAccess {
  version: string
  /** Whether there has ever been a key, be it good or not. */
  hadKeys: boolean
  keys: StoredKey[]
  policies: StoredPolicy[]
  issuers: StoredIssuer[]
  /** Ids of sessions that were ended before their time. */
  revokedSessions: string[]
}

/** An administrative act. */
export interface Act {
  actor: string
  act: string
  object: string
  before?: unknown
  after?: unknown
  request_id: string
}

export interface AuditEntry {
  id: string
  time: string
  actor: string
  act: string
  object: string
  before: JsonText | null
  after: JsonText | null
  request_id: string
}

const KEY_COLUMNS = 'id, name, hash, is_admin, created_at, expires_at, revoked_at, last_used_at'

export async function selectAccessVersion(connection: Connection): Promise<string> {
  const [row] = await connection.query<{ version: string }>({
    name: 'select_access_version',
    text: 'select version from access_version',
  })
  return row?.version ?? '0'
}

/** The version before the rows: what changes in between is read again. */
export async function selectAccess(connection: Connection): Promise<StoredAccess> {
  const version = await selectAccessVersion(connection)
  const keys = await connection.query<StoredKey>(
    `select ${KEY_COLUMNS} from access_keys where revoked_at is null and coalesce(expires_at, 'infinity') > now()`,
  )
  const [row] = await connection.query<{ had: boolean }>('select exists (select from access_keys) as had')
  return {
    version,
    hadKeys: row?.had === true,
    keys,
    policies: await selectPolicies(connection),
    issuers: await selectIssuers(connection),
    revokedSessions: await selectRevokedSessions(connection),
  }
}

/** Keys of all times, the newest first. */
export const selectKeys = (connection: Connection): Promise<StoredKey[]> =>
  connection.query<StoredKey>(`select ${KEY_COLUMNS} from access_keys order by created_at desc, id`)

export async function selectPolicies(connection: Connection): Promise<StoredPolicy[]> {
  const rows = await connection.query<
    Omit<StoredPolicy, 'document' | 'resolved'> & Record<'document' | 'resolved', JsonText>
  >('select name, document, resolved, updated_at from policies order by name')
  return rows.map((row) => ({
    ...row,
    document: fromJsonText(row.document),
    resolved: fromJsonText(row.resolved),
  }))
}

export async function selectIssuers(connection: Connection): Promise<StoredIssuer[]> {
  const rows = await connection.query<Omit<StoredIssuer, 'document'> & { document: JsonText }>(
    'select name, issuer, document, updated_at from issuers order by name',
  )
  return rows.map((row) => ({ ...row, document: fromJsonText(row.document) }))
}

export async function upsertIssuer(
  connection: Connection,
  { name, issuer, document }: Omit<StoredIssuer, 'updated_at'>,
): Promise<void> {
  await connection.query(
    `insert into issuers (name, issuer, document) values ($1::text, $2::text, $3::json)
     on conflict (name) do update set issuer = excluded.issuer, document = excluded.document, updated_at = now()`,
    [name, issuer, document],
  )
}

export async function deleteIssuer(connection: Connection, name: string): Promise<void> {
  await connection.query('delete from issuers where name = $1::text', [name])
}

/** Writes an act into the audit list, in the caller's transaction. */
export async function insertAct(connection: Connection, { before, after, ...act }: Act): Promise<void> {
  await connection.query(
    `insert into audit (actor, act, object, before, after, request_id)
     values ($1::text, $2::text, $3::text, $4::json, $5::json, $6::text)`,
    [
      act.actor,
      act.act,
      act.object,
      before === undefined ? null : JSON.stringify(before),
      after === undefined ? null : JSON.stringify(after),
      act.request_id,
    ],
  )
}

/**
 * Changes keys, policies or issuers: one at a time, with the version raised, the act written and all servers notified, in the caller's
 * transaction.
 */
export async function writeAct(connection: Connection, act: Act): Promise<void> {
  await connection.query('update access_version set version = version + 1')
  await insertAct(connection, act)
  await connection.query(`select pg_notify('${ACCESS_CHANNEL}', '')`)
}

/** Makes the changes of others wait until the caller's transaction ends. */
export async function lockAccess(connection: Connection): Promise<void> {
  await connection.query('select from access_version for update')
}

export type NewStoredKey = Pick<StoredKey, 'id' | 'name' | 'hash' | 'is_admin' | 'expires_at'>

export async function insertAccessKey(connection: Connection, key: NewStoredKey): Promise<StoredKey> {
  const [row] = await connection.query<StoredKey>(
    `insert into access_keys (id, name, hash, is_admin, expires_at)
     values ($1::text, $2::text, $3::bytea, $4::boolean, $5::timestamptz) returning ${KEY_COLUMNS}`,
    [key.id, key.name, key.hash, key.is_admin, key.expires_at],
  )
  if (!row) throw new Error('an insert gave no row')
  return row
}

/** The keys of a name or an id that are good today. */
export const selectLiveKeys = (
  connection: Connection,
  named: { id?: string; name?: string },
): Promise<StoredKey[]> =>
  connection.query<StoredKey>(
    `select ${KEY_COLUMNS} from access_keys
     where (id = $1::text or name = $2::text) and revoked_at is null and coalesce(expires_at, 'infinity') > now()
     order by created_at, id`,
    [named.id ?? null, named.name ?? null],
  )

export async function endAccessKeys(
  connection: Connection,
  ids: readonly string[],
  at: 'now' | string,
): Promise<void> {
  if (at === 'now')
    await connection.query('update access_keys set revoked_at = now() where id = any ($1::text[])', [ids])
  else
    await connection.query(
      `update access_keys set expires_at = least(coalesce(expires_at, 'infinity'), $2::timestamptz) where id = any ($1::text[])`,
      [ids, at],
    )
}

/** When keys were last used, to the minute. */
export async function markKeysUsed(connection: Connection, ids: readonly string[]): Promise<void> {
  await connection.query('update access_keys set last_used_at = now() where id = any ($1::text[])', [ids])
}

export async function upsertPolicy(
  connection: Connection,
  { name, document, resolved }: Omit<StoredPolicy, 'updated_at'>,
): Promise<void> {
  await connection.query(
    `insert into policies (name, document, resolved) values ($1::text, $2::json, $3::json)
     on conflict (name) do update set document = excluded.document, resolved = excluded.resolved, updated_at = now()`,
    [name, document, resolved],
  )
}

export async function deletePolicy(connection: Connection, name: string): Promise<void> {
  await connection.query('delete from policies where name = $1::text', [name])
}

/** Acts, the newest first, before an id. */
export async function selectAudit(
  connection: Connection,
  before: string | undefined,
  limit: number,
): Promise<Page<AuditEntry>> {
  const rows = await connection.query<AuditEntry>(
    `select id, time, actor, act, object, before, after, request_id from audit
     where id < coalesce($1::bigint, 9223372036854775807) order by id desc limit $2::int`,
    [before ?? null, limit + 1],
  )
  return toPage(rows, limit)
}
