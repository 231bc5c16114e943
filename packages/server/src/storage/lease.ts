import { DatabaseError } from 'pg'
import type { Connection } from './database.js'
import { LEADER_LOCKS } from './locks.js'

/** Who numbers messages: see the migration that makes the table. */
export interface Lease {
  /** Raised by whoever takes it over; what is written with an older one is refused. */
  token: string
  /** Raised by the one that has it. */
  beat: string
}

/** Another server has taken the lease over. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'
}

const NOT_HOLDER = '55000'

const isRefused = (error: unknown): boolean => error instanceof DatabaseError && error.code === NOT_HOLDER

/** @throws LeaseLostError in place of what PostgreSQL says when a token is too old */
export async function asHolder<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement
  } catch (error) {
    throw isRefused(error) ? new LeaseLostError('another server leads') : error
  }
}

/**
 * The lease, and whether the session of the one that has it is gone: it locks its token for as long as it lives, so that
 * its death, other than its silence, is known at once.
 */
export async function readLease(connection: Connection): Promise<Lease & { isAbandoned: boolean }> {
  const [row] = await connection.query<Lease & { abandoned: boolean }>(
    `select token, beat, case when pg_try_advisory_lock_shared($1::int, mod(token, ${LEADER_LOCKS.count})::int)
                              then pg_advisory_unlock_shared($1::int, mod(token, ${LEADER_LOCKS.count})::int)
                              else false end as abandoned
     from leader_lease`,
    [LEADER_LOCKS.key],
  )
  const { token = '0', beat = '0', abandoned = false } = row ?? {}
  return { token, beat, isAbandoned: abandoned }
}

/** Takes the lease over as it was seen; undefined when it is no longer so. The session has it for as long as it lives. */
export async function takeLease(session: Connection, seen: Lease): Promise<string | undefined> {
  const [row] = await session.query<{ token: string }>(
    `with taken as (
       update leader_lease set token = token + 1, beat = beat + 1 where token = $1::bigint and beat = $2::bigint
       returning token
     )
     select token, pg_advisory_lock($3::int, mod(token, ${LEADER_LOCKS.count})::int) from taken`,
    [seen.token, seen.beat, LEADER_LOCKS.key],
  )
  return row?.token
}

/** Says that the one that has the lease lives. @throws LeaseLostError */
export async function keepLease(session: Connection, token: string): Promise<void> {
  const rows = await session.query(
    {
      name: 'keep_lease',
      text: 'update leader_lease set beat = beat + 1 where token = $1::bigint returning 1',
    },
    [token],
  )
  if (rows.length === 0) throw new LeaseLostError('another server leads')
}
