import { fromJsonText, type JsonText } from '@epr/model'
import type { Connection } from './database.js'
import type { SessionPrincipal } from './sessions.js'

/** What waits for somebody to say yes. */
export interface WaitingGrant {
  user_code: string
  client: string
  address: string
  created_at: string
}

export interface NewGrant extends Omit<WaitingGrant, 'created_at'> {
  hash: Buffer
  lifeMs: number
}

/** How many wait at most: of one address, and of all. */
const MAX_OF_ADDRESS = 20
const MAX_IN_ALL = 10_000

/** @returns whether there was room for it */
export async function insertGrant(connection: Connection, grant: NewGrant): Promise<boolean> {
  const rows = await connection.query(
    `insert into device_grants (hash, user_code, client, address, expires_at)
     select $1::bytea, $2::text, $3::text, $4::text, now() + $5::int * interval '1 millisecond'
     where (select count(*) from device_grants where expires_at > now() and address = $4::text) < ${MAX_OF_ADDRESS}
       and (select count(*) from device_grants where expires_at > now()) < ${MAX_IN_ALL}
     returning hash`,
    [grant.hash, grant.user_code, grant.client, grant.address, grant.lifeMs],
  )
  return rows.length > 0
}

const IS_WAITING = 'expires_at > now() and principal is null and not is_denied'

export async function selectWaitingGrant(
  connection: Connection,
  userCode: string,
): Promise<WaitingGrant | undefined> {
  const [grant] = await connection.query<WaitingGrant>(
    `select user_code, client, address, created_at from device_grants where user_code = $1::text and ${IS_WAITING}`,
    [userCode],
  )
  return grant
}

/** @returns whether there still was something to decide */
export async function decideGrant(
  connection: Connection,
  userCode: string,
  approved: { caller: string; principal: SessionPrincipal } | undefined,
): Promise<boolean> {
  const rows = await connection.query(
    `update device_grants set caller = $2::text, principal = $3::json, is_denied = $4::boolean
     where user_code = $1::text and ${IS_WAITING} returning hash`,
    [
      userCode,
      approved?.caller ?? null,
      approved === undefined ? null : JSON.stringify(approved.principal),
      approved === undefined,
    ],
  )
  return rows.length > 0
}

export interface PolledGrant {
  caller: string | null
  principal: SessionPrincipal | null
  is_denied: boolean
  is_over: boolean
  /** Since it was asked for before, in milliseconds; null the first time. */
  since_ms: number | null
}

/** What has become of a grant; it is locked for the caller's transaction. */
export async function pollGrant(connection: Connection, hash: Buffer): Promise<PolledGrant | undefined> {
  const [row] = await connection.query<Omit<PolledGrant, 'principal'> & { principal: JsonText | null }>(
    `with before as (select hash, polled_at from device_grants where hash = $1::bytea for update)
     update device_grants as d set polled_at = now() from before where d.hash = before.hash
     returning caller, principal, is_denied, expires_at <= now() as is_over,
               (extract(epoch from now() - before.polled_at) * 1000)::int as since_ms`,
    [hash],
  )
  if (!row) return undefined
  const principal =
    row.principal === null ? null : (JSON.parse(fromJsonText(row.principal)) as SessionPrincipal)
  return { ...row, principal }
}

export async function deleteGrant(connection: Connection, hash: Buffer): Promise<void> {
  await connection.query('delete from device_grants where hash = $1::bytea', [hash])
}
