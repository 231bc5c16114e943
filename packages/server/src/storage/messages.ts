import type { JsonText } from '@epr/model'
import type { Connection } from './database.js'

export type MessageKind = 'event' | 'receiver' | 'group' | 'modified' | 'complete'

/** A message about a receiver or a group, about to be stored. Those about events are written by record_events. */
export interface NewMessage {
  kind: MessageKind
  type: string
  event_receiver_id?: string
  group_id?: string
  group_enabled?: boolean
  group_updated_at?: string
}

/** A message as it is read: its event stands beside it, receivers and groups are referred to. */
export interface StoredMessage {
  cursor: string
  /** The number of its row in the outbox, which holds all that one commit told of. */
  id: string
  kind: MessageKind
  type: string
  numbered_at: string
  event_id: string | null
  /** The event's receiver, or the one that the message is about; null for messages about groups. */
  event_receiver_id: string | null
  group_id: string | null
  group_enabled: boolean | null
  group_updated_at: string | null
  /** The event's, null for messages about receivers and groups. */
  name: string | null
  version: string | null
  release: string | null
  platform_id: string | null
  package: string | null
  description: string | null
  payload: JsonText | null
  success: boolean | null
  event_created_at: string | null
}

export interface MessagePage {
  messages: StoredMessage[]
  /** What to pass as `after` next: behind the last message, or behind all that was looked at. */
  next: string
}

export interface MessageSpan {
  /** Only messages behind this cursor. */
  after: string
  limit: number
  type?: string | undefined
}

/** How many cursors a search by type looks at before it gives up and says where to go on. */
const MAX_SCANNED = 10_000
/** The payloads of one read; the caller bounds what it makes of them. */
const MAX_READ_BYTES = 8 * 1024 * 1024
/** The greatest bigint: behind every cursor. */
const END = '9223372036854775807'

export async function insertMessage(connection: Connection, message: NewMessage): Promise<void> {
  const { kind, type, event_receiver_id, group_id, group_enabled, group_updated_at } = message
  await connection.query(
    `insert into outbox (kind, size, types, event_receiver_id, group_ids, groups_enabled, groups_updated_at)
     values ($1, 1, $2, $3, $4, $5, $6)`,
    [
      kind,
      [type],
      event_receiver_id ?? null,
      group_id === undefined ? null : [group_id],
      group_enabled === undefined ? null : [group_enabled],
      group_updated_at === undefined ? null : [group_updated_at],
    ],
  )
}

/** The newest cursor, null without one. Index outbox_cursor. */
export const NEWEST_CURSOR = `(
  select first_cursor + size - 1 from outbox where first_cursor is not null order by first_cursor desc limit 1
)`

/**
 * Gives the next rows of the outbox, and with them their messages, their place in the feed: behind all that have one,
 * without a gap. Only the leader may call it, on the session that holds the leader lock: committed rows in the order of
 * their ids, which for one NVRPP is the order of acceptance. Indexes outbox_unnumbered and outbox_cursor. Rows are
 * found again by where they stand, which nobody else changes before they are numbered: joined by id, a backlog is
 * walked whole for each of its rows whenever statistics know of none.
 */
export const NUMBER_MESSAGES = `
  with last as materialized (
    select greatest(removed_cursor, ${NEWEST_CURSOR}) as cursor from retention
  ), next as materialized (
    select ctid as place, sum(size) over (order by id) - size as before
    from outbox where first_cursor is null order by id limit $1
  )
  update outbox o set first_cursor = last.cursor + next.before + 1, numbered_at = clock_timestamp()
  from last, next where o.ctid = next.place
  returning o.size`

/** The first cursor of the row that holds the message behind $1, or of the next one. Index outbox_cursor. */
const FIRST_BEHIND = `coalesce(
  (select case when first_cursor + size > $1 + 1 then first_cursor end from (
     select first_cursor, size from outbox where first_cursor <= $1 + 1 order by first_cursor desc limit 1
   ) as before),
  (select min(first_cursor) from outbox where first_cursor > $1 + 1)
)`

const SELECT_MESSAGES = {
  name: 'select_messages',
  text: `
    with span as materialized (
      select first, greatest($1, least(greatest($1, first - 1) + $2::bigint, newest)) as last
      from (select ${FIRST_BEHIND} as first, coalesce(${NEWEST_CURSOR}, $1) as newest) as ends
    ), matching as materialized (
      select o.first_cursor + m.position - 1 as cursor, o.id, o.numbered_at, m.type, m.event_id, o.event_receiver_id,
             case when o.kind <> 'events' then o.kind when m.group_id is null then 'event' else 'complete' end as kind,
             m.group_id, m.group_enabled, m.group_updated_at
      from span
      join outbox o on o.first_cursor between span.first and span.last
      cross join unnest(o.types, o.event_ids, o.group_ids, o.groups_enabled, o.groups_updated_at) with ordinality
        as m (type, event_id, group_id, group_enabled, group_updated_at, position)
      where o.first_cursor + m.position - 1 between $1 + 1 and span.last and ($3::text is null or m.type = $3)
      order by cursor limit $4
    ), sized as (
      select m.cursor, m.id, m.kind, m.type, m.numbered_at, m.event_id, m.group_id, m.group_enabled, m.group_updated_at,
             e.name, e.version, e.release, e.platform_id, e.package, e.description, e.payload, e.success,
             e.created_at as event_created_at, coalesce(m.event_receiver_id, e.event_receiver_id) as event_receiver_id,
             coalesce(sum(e.payload_bytes) over (order by m.cursor rows unbounded preceding), 0)
               - coalesce(e.payload_bytes, 0) as bytes_before,
             (count(*) over ())::int as page_rows
      from matching m
      -- One look-up for each, whatever the planner thinks of how many there are.
      left join lateral (select * from events where id = m.event_id limit 1) as e on true
    )
    select span.last as read_end, page.*
    from span left join (select * from sized where bytes_before < ${MAX_READ_BYTES}) as page on true
    order by page.cursor`,
}

interface MessageRow extends StoredMessage {
  /** All up to this cursor has been looked at. */
  read_end: string
  /** Messages of the page before it was cut by size. */
  page_rows: number
}

/** The messages of a span, with their events, and the cursor to go on from. */
export async function selectMessages(connection: Connection, span: MessageSpan): Promise<MessagePage> {
  const { after, type, limit } = span
  const scanned = type === undefined ? limit : MAX_SCANNED
  const rows = await connection.query<MessageRow>(SELECT_MESSAGES, [after, scanned, type ?? null, limit])
  const [first] = rows
  // Without a message there is one row all the same, which says how far was looked.
  const messages = first && first.cursor !== null ? rows : []
  const wasCut = messages.length === limit || (first?.page_rows ?? 0) > messages.length
  const last = wasCut ? messages.at(-1)?.cursor : first?.read_end
  return { messages, next: last ?? after }
}

export interface FeedEnds {
  /** Messages up to this cursor have been removed. */
  removed: string
  /** The cursor of the newest message. */
  latest: string
}

export async function selectFeedEnds(connection: Connection): Promise<FeedEnds> {
  const [row] = await connection.query<FeedEnds>(
    `select removed_cursor as removed, coalesce(${NEWEST_CURSOR}, removed_cursor) as latest from retention`,
  )
  return row ?? { removed: '0', latest: '0' }
}

export interface OutboxFacts {
  /** Committed and not yet in the feed; of 10,000 commits at most. */
  unnumbered: number
  /** How long the oldest message that is not on the topic waits, seconds; 0 when none does, or without a topic. */
  age_s: number
}

/** How far telling is behind recording. Indexes outbox_unnumbered and outbox_cursor. */
export async function selectOutboxFacts(
  connection: Connection,
  topic: string | undefined,
): Promise<OutboxFacts> {
  const [row] = await connection.query<OutboxFacts>(
    `select (select coalesce(sum(size), 0)::int from (
              select size from outbox where first_cursor is null limit 10000
            ) as waiting) as unnumbered,
            coalesce((
              select extract(epoch from now() - o.numbered_at)::float8 from outbox o
              where o.first_cursor > (select published_cursor from relays where topic = $1)
              order by o.first_cursor limit 1
            ), 0) as age_s`,
    [topic ?? null],
  )
  return row ?? { unnumbered: 0, age_s: 0 }
}

/** The cursor behind which the messages of a moment and later stand. */
export async function selectCursorBefore(connection: Connection, moment: string): Promise<string> {
  const [row] = await connection.query<{ cursor: string }>(
    'select cursor_before($1::timestamptz) as cursor',
    [moment],
  )
  return row?.cursor ?? '0'
}

/**
 * Removes rows of the outbox whose messages are older than `retentionMs` and published to every topic that has ever
 * been published to; a batch at a time, so that no lock is held for long. Index outbox_cursor.
 *
 * @returns how many rows were removed; less than `limit` means that there are no more
 */
export async function deleteOldMessages(
  connection: Connection,
  retentionMs: number,
  limit: number,
): Promise<number> {
  const [row] = await connection.query<{ removed: number }>(
    `with old as (
       select first_cursor from outbox
       where first_cursor > (select removed_cursor from retention)
         and first_cursor + size - 1 <= coalesce((select min(published_cursor) from relays), ${END})
       order by first_cursor limit $2
     ), removed as (
       delete from outbox o using old
       where o.first_cursor = old.first_cursor and o.numbered_at < now() - $1 * interval '1 millisecond'
       returning o.first_cursor + o.size - 1 as cursor
     ), moved as (
       update retention set removed_cursor = (select max(cursor) from removed) where exists (select from removed)
     )
     select count(*)::int as removed from removed`,
    [retentionMs, limit],
  )
  return row?.removed ?? 0
}
