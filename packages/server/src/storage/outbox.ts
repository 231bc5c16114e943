import type { MessageKind } from '@epr/model'
import type { Connection } from './database.js'
import { asHolder } from './lease.js'

/** The table `outbox`: a row holds all that one commit sends. How it is read stands in messages.ts. */

/** A message about a receiver or a group, about to be stored. Those about events are written by record_events. */
export interface NewMessage {
  kind: MessageKind
  type: string
  event_receiver_id?: string
  group_id?: string
  group_enabled?: boolean
  group_updated_at?: string
  /** The number of who created or switched it; undefined when nobody was asked. */
  actor_id: number | undefined
}

/** The greatest bigint: behind every cursor. */
const END = '9223372036854775807'
/** A thousand years: before what is longer ago than that there is nothing, and PostgreSQL's times end somewhere. */
const FOR_EVER_MS = 1_000 * 365 * 86_400_000

/** The newest cursor, null without one. Index outbox_cursor. */
export const NEWEST_CURSOR = `(
  select first_cursor + size - 1 from outbox where first_cursor is not null order by first_cursor desc limit 1
)`

export async function insertMessage(connection: Connection, message: NewMessage): Promise<void> {
  const { kind, type, event_receiver_id, group_id, group_enabled, group_updated_at, actor_id } = message
  await connection.query(
    `insert into outbox (kind, size, types, event_receiver_id, group_ids, groups_enabled, groups_updated_at, actor_id)
     values ($1::text, 1, $2::text[], $3::text, $4::text[], $5::boolean[], $6::timestamptz[], $7::int)`,
    [
      kind,
      [type],
      event_receiver_id ?? null,
      group_id === undefined ? null : [group_id],
      group_enabled === undefined ? null : [group_enabled],
      group_updated_at === undefined ? null : [group_updated_at],
      actor_id ?? null,
    ],
  )
}

/**
 * Gives the next `limit` rows of the outbox their place in the feed, and says so to all servers.
 *
 * @param token of the lease
 * @returns how many rows there were
 * @throws LeaseLostError when another server has taken the lease over
 */
export async function numberMessages(session: Connection, token: string, limit: number): Promise<number> {
  const statement = {
    name: 'number_messages',
    text: 'select number_messages($1::bigint, $2::int) as numbered',
  }
  const [row] = await asHolder(session.query<{ numbered: number }>(statement, [token, limit]))
  return row?.numbered ?? 0
}

export interface OutboxFacts {
  /** Committed and not yet in the feed; of 10,000 commits at most. */
  unnumbered: number
  /** How long the oldest message that is not on the topic waits, seconds; 0 when none does, or without a topic. */
  age_s: number
}

/** How far sending is behind recording. Indexes outbox_unnumbered and outbox_cursor. */
export async function selectOutboxFacts(
  connection: Connection,
  topic: string | undefined,
): Promise<OutboxFacts> {
  const [row] = await connection.query<OutboxFacts>(
    `select (select coalesce(sum(size), 0)::int from (
              select size from outbox where first_cursor is null limit 10000
            ) as waiting) as unnumbered,
            coalesce((
              select extract(epoch from now() - o.numbered_at)::float8
              from (select published_cursor as cursor from relays where topic = $1::text) as published, outbox o
              -- From the row that holds the last one published, because others of it may wait.
              where o.first_cursor >= coalesce(
                  (select max(first_cursor) from outbox where first_cursor <= published.cursor), 0)
                and o.first_cursor + o.size - 1 > published.cursor
              order by o.first_cursor limit 1
            ), 0) as age_s`,
    [topic ?? null],
  )
  return row ?? { unnumbered: 0, age_s: 0 }
}

export interface Retention {
  /** How long messages stay, in milliseconds. */
  keptMs: number
  /** Whether those stay that are not in the projections. */
  areProjected: boolean
}

/**
 * Removes rows of the outbox whose messages are older than they are kept, and published to every topic that has ever
 * been published to; a batch at a time, so that no lock is held for long. Index outbox_cursor.
 *
 * @param token of the lease: without it nothing is removed
 * @returns how many rows were removed; less than `limit` means that there are no more
 */
export async function deleteOldMessages(
  connection: Connection,
  { keptMs, areProjected }: Retention,
  limit: number,
  token: string,
): Promise<number> {
  const [row] = await connection.query<{ removed: number }>(
    `with old as (
       select first_cursor from outbox
       where first_cursor > (select removed_cursor from retention) and exists (select from leader_lease where token = $3::bigint)
         and first_cursor + size - 1 <= coalesce((select min(published_cursor) from relays), ${END})
         and (not $4::boolean or first_cursor + size - 1 <= (select cursor from projection))
       order by first_cursor limit $2::int
     ), removed as (
       delete from outbox o using old
       where o.first_cursor = old.first_cursor and o.numbered_at < now() - least($1::float8, ${FOR_EVER_MS}) * interval '1 millisecond'
       returning o.first_cursor + o.size - 1 as cursor
     ), moved as (
       update retention set removed_cursor = (select max(cursor) from removed) where exists (select from removed)
     )
     select count(*)::int as removed from removed`,
    [keptMs, limit, token, areProjected],
  )
  return row?.removed ?? 0
}
