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
  /** The number of the row, which it keeps when it is numbered. */
  id: string
  kind: MessageKind
  type: string
  numbered_at: string
  event_id: string | null
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
  source_receiver_id: string | null
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

/** How many messages a search by type looks at before it gives up and says where to go on. */
const MAX_SCANNED = 10_000
/** The payloads of one read; the caller bounds what it makes of them. */
const MAX_READ_BYTES = 8 * 1024 * 1024
/** The greatest bigint: behind every cursor. */
const END = '9223372036854775807'

export async function insertMessage(connection: Connection, message: NewMessage): Promise<void> {
  await connection.query(
    `insert into messages (kind, type, event_receiver_id, group_id, group_enabled, group_updated_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      message.kind,
      message.type,
      message.event_receiver_id ?? null,
      message.group_id ?? null,
      message.group_enabled ?? null,
      message.group_updated_at ?? null,
    ],
  )
}

/**
 * Gives the next messages their place in the feed. Only the leader may call it, on the session that holds the
 * leader lock: committed messages in the order of their ids, which for one NVRPP is the order of acceptance.
 * Index messages_unnumbered. Rows are found again by where they stand, which nobody else changes before they are
 * numbered: joined by id, a backlog is walked whole for each of its messages whenever statistics know of none.
 */
export const NUMBER_MESSAGES = `
  with next as materialized (
    select id, ctid as place from messages where cursor is null order by id limit $1
  ), numbered as materialized (
    select place, nextval('messages_cursor_seq') as cursor from (select * from next order by id) as ordered
  )
  update messages m set cursor = numbered.cursor, numbered_at = clock_timestamp()
  from numbered where m.ctid = numbered.place
  returning m.cursor`

/** The cursor up to which a read by type looks, or the end of all. */
async function scanEnd(connection: Connection, span: MessageSpan): Promise<string> {
  if (span.type === undefined) return END
  const [row] = await connection.query<{ cursor: string | null }>(
    `select max(cursor) as cursor from (
       select cursor from messages where cursor > $1::bigint order by cursor limit ${MAX_SCANNED}
     ) as scanned`,
    [span.after],
  )
  return row?.cursor ?? span.after
}

/** The messages of a span, with their events, and the cursor to go on from. Index messages_cursor. */
export async function selectMessages(connection: Connection, span: MessageSpan): Promise<MessagePage> {
  const end = await scanEnd(connection, span)
  const rows = await connection.query<StoredMessage & { page_rows: number }>(
    {
      name: 'select_messages',
      text: `
        with matching as (
          select * from messages
          where cursor > $1::bigint and cursor <= $2::bigint and ($3::text is null or type = $3)
          order by cursor limit $4
        ), sized as (
          select m.*, e.name, e.version, e.release, e.platform_id, e.package, e.description, e.payload,
                 e.success, e.created_at as event_created_at, e.event_receiver_id as source_receiver_id,
                 coalesce(sum(e.payload_bytes) over (order by m.cursor rows unbounded preceding), 0)
                   - coalesce(e.payload_bytes, 0) as bytes_before,
                 (count(*) over ())::int as page_rows
          from matching m left join events e on e.id = m.event_id
        )
        select * from sized where bytes_before < ${MAX_READ_BYTES} order by cursor`,
    },
    [span.after, end, span.type ?? null, span.limit],
  )
  const cut = rows.length > 0 && (rows.length === span.limit || (rows[0]?.page_rows ?? 0) > rows.length)
  const last = rows.at(-1)?.cursor ?? span.after
  return { messages: rows, next: cut || end === END ? last : end }
}

export interface FeedEnds {
  /** Messages up to this cursor have been removed. */
  removed: string
  /** The cursor of the newest message. */
  latest: string
}

export async function selectFeedEnds(connection: Connection): Promise<FeedEnds> {
  const [row] = await connection.query<FeedEnds>(
    `select removed_cursor as removed, coalesce((select max(cursor) from messages), removed_cursor) as latest
     from retention`,
  )
  return row ?? { removed: '0', latest: '0' }
}

export interface OutboxFacts {
  /** Committed and not yet in the feed; counted up to 10,000. */
  unnumbered: number
  /** How long the oldest message that is not on the topic waits, seconds; 0 when none does, or without a topic. */
  age_s: number
}

/** How far telling is behind recording. Indexes messages_unnumbered and messages_cursor. */
export async function selectOutboxFacts(
  connection: Connection,
  topic: string | undefined,
): Promise<OutboxFacts> {
  const [row] = await connection.query<OutboxFacts>(
    `select (select count(*)::int from (select from messages where cursor is null limit 10000) as waiting) as unnumbered,
            coalesce((
              select extract(epoch from now() - m.numbered_at)::float8 from messages m
              where m.cursor > (select published_cursor from relays where topic = $1) order by m.cursor limit 1
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
 * Removes messages that are older than `retentionMs` and published to every topic that has ever been
 * published to; a batch at a time, so that no lock is held for long.
 *
 * @returns how many were removed; less than `limit` means that there are no more
 */
export async function deleteOldMessages(
  connection: Connection,
  retentionMs: number,
  limit: number,
): Promise<number> {
  const [row] = await connection.query<{ removed: number }>(
    `with old as (
       select cursor from messages
       where cursor > (select removed_cursor from retention)
         and cursor <= coalesce((select min(published_cursor) from relays), ${END})
       order by cursor limit $2
     ), removed as (
       delete from messages m using old
       where m.cursor = old.cursor and m.numbered_at < now() - $1 * interval '1 millisecond'
       returning m.cursor
     ), moved as (
       update retention set removed_cursor = (select max(cursor) from removed) where exists (select from removed)
     )
     select count(*)::int as removed from removed`,
    [retentionMs, limit],
  )
  return row?.removed ?? 0
}
