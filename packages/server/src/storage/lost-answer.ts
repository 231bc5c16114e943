import type { Connection } from './database.js'
import type { EventUnit } from './events.js'

/** Only a process of ours: it is named by a number, which another may have by now. */
const END_BACKEND = {
  name: 'end_backend',
  text: `select count(pg_terminate_backend(pid))::int as living from pg_stat_activity
         where pid = $1::int and usename = current_user and application_name = 'epr-server recording'
           and pid <> pg_backend_pid()`,
}

const FIND_WRITTEN = {
  name: 'find_written',
  text: `select exists (select from events where id = $1::text)
             or exists (select from idempotency_keys where key = $2::bytea and result::text = $3::text) as written`,
}

/**
 * Ends the process of PostgreSQL that may still have a statement without an answer.
 *
 * @returns whether it is gone, and with it what it would still have written
 */
export async function endBackend(connection: Connection, backend: number): Promise<boolean> {
  const [row] = await connection.query<{ living: number }>(END_BACKEND, [backend])
  return row?.living === 0
}

/** Whether units that were written together are there; what one statement writes is there altogether or not at all. */
export async function isWritten(connection: Connection, units: readonly EventUnit[]): Promise<boolean> {
  const id = units.flatMap(({ events }) => events)[0]?.id ?? null
  const claim = units.flatMap((unit) => unit.claim ?? [])[0]
  const values = [id, claim?.key ?? null, claim?.result ?? null]
  const [row] = await connection.query<{ written: boolean }>(FIND_WRITTEN, values)
  return row?.written === true
}
