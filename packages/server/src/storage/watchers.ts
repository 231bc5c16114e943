import { fromJsonText, type Heartbeat, type JsonText, type WatcherState } from '@epr/model'
import type { Connection } from './database.js'
import { NEWEST_CURSOR } from './outbox.js'

/** Watchers that are known at the same time, each with 20 kB at most. */
export const MAX_WATCHERS = 200
/** A watcher that was not heard for so long is silent. */
export const SILENT = "interval '60 seconds'"

export interface WatcherKey {
  name: string
  instance: string
}

/**
 * Writes a heartbeat down. Index watchers_pkey; of all others there are few.
 *
 * @returns `kept`; `taken` when another caller, who is not silent, has the row; `full` when too many are heard
 */
export async function upsertWatcher(
  connection: Connection,
  { name, instance }: WatcherKey,
  caller: string,
  heartbeat: Heartbeat,
): Promise<'kept' | 'taken' | 'full'> {
  const [row] = await connection.query<{ is_known: boolean; is_kept: boolean }>(
    `with known as (
       select exists (select from watchers where name = $1::text and instance = $2::text) as is_known
     ), freed as (
       -- Who has been silent for longest makes room.
       delete from watchers where (name, instance) in (
         select name, instance from watchers where seen_at < now() - ${SILENT} order by seen_at limit 1
       ) and not (select is_known from known) and (select count(*) from watchers) >= ${MAX_WATCHERS}
       returning name
     ), written as (
       insert into watchers (name, instance, caller, document)
       select $1::text, $2::text, $3::text, $4::json from known
       where is_known or (select count(*) from watchers) - (select count(*) from freed) < ${MAX_WATCHERS}
       on conflict (name, instance) do update set caller = excluded.caller, document = excluded.document, seen_at = now()
         where watchers.caller = excluded.caller or watchers.seen_at < now() - ${SILENT}
       returning name
     )
     select is_known, exists (select from written) as is_kept from known`,
    [name, instance, caller, JSON.stringify(heartbeat)],
  )
  if (row?.is_kept) return 'kept'
  return row?.is_known ? 'taken' : 'full'
}

interface WatcherRow extends WatcherKey {
  seen_at: string
  is_silent: boolean
  document: JsonText
  newest: string | null
}

/** How far a cursor is behind the newest. */
function behind(cursor: string | null, newest: string | null): number | null {
  if (cursor === null || newest === null || !/^\d{1,19}$/.test(cursor)) return null
  const lag = BigInt(newest) - BigInt(cursor)
  return lag > 0n ? Number(lag) : 0
}

/** All watchers that are known, by name. */
export async function selectWatchers(connection: Connection): Promise<WatcherState[]> {
  const rows = await connection.query<WatcherRow>(
    `select name, instance, seen_at, seen_at < now() - ${SILENT} as is_silent, document, ${NEWEST_CURSOR} as newest
     from watchers order by name, instance limit ${MAX_WATCHERS}`,
  )
  return rows.map(({ name, instance, seen_at, is_silent, document, newest }) => {
    const heartbeat = JSON.parse(fromJsonText(document)) as Heartbeat
    const lag = heartbeat.lag ?? (heartbeat.source === 'feed' ? behind(heartbeat.cursor, newest) : null)
    return { name, instance, seen_at, silent_since: is_silent ? seen_at : null, ...heartbeat, lag }
  })
}

/** Removes those that were not heard for a week. */
export async function deleteGoneWatchers(connection: Connection): Promise<void> {
  await connection.query("delete from watchers where seen_at < now() - interval '7 days'")
}
