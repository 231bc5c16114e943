import type { Actor, JsonText } from '@epr/model'
import { actorOf } from './actors.js'
import type { Connection } from './database.js'
import { type MessageKind, NEWEST_CURSOR } from './outbox.js'

/** A message as it is read: its event stands beside it, receivers and groups are referred to. */
export interface StoredMessage {
  cursor: string
  /** The number of its row in the outbox, which holds all that one commit sends. */
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
  /** Of a completion: whether the gate was open already. Null for all else, and where it was not kept yet. */
  group_repeated: boolean | null
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
  /** Who recorded the event, or created or switched what it is about. */
  actor: Actor | null
}

export interface MessagePage {
  messages: StoredMessage[]
  /** What to pass as `after` next: behind the last message, or behind all that was looked at. */
  next: string
  /** Messages up to this cursor had been removed when the others were read. */
  removed: string
}

export interface MessageSpan {
  /** Only messages behind this cursor. */
  after: string
  limit: number
  type?: string | undefined
  /** Where its payloads are more, the span is cut. @default 8 MiB */
  maxBytes?: number
}

/** How many cursors a search by type looks at before it gives up and says where to go on. */
const MAX_SCANNED = 10_000
/** The payloads of one read; the caller bounds what it makes of them. */
const MAX_READ_BYTES = 8 * 1024 * 1024

/** The first cursor of the row that holds the message behind $1, or of the next one. Index outbox_cursor. */
const FIRST_BEHIND = `coalesce(
  (select case when first_cursor + size - 1 > $1::bigint then first_cursor end from (
     select first_cursor, size from outbox where first_cursor <= $1::bigint order by first_cursor desc limit 1
   ) as before),
  (select min(first_cursor) from outbox where first_cursor > $1::bigint)
)`

const SELECT_MESSAGES = {
  name: 'select_messages',
  text: `
    with span as materialized (
      -- Nothing is added to a cursor behind which nothing is: it may be the greatest there is.
      select first, case when first is null then $1::bigint
                         else least(greatest($1::bigint, first - 1) + $2::bigint, newest) end as last
      from (select ${FIRST_BEHIND} as first, ${NEWEST_CURSOR} as newest) as ends
    ), matching as materialized (
      select o.first_cursor + m.position - 1 as cursor, o.id, o.numbered_at, m.type, m.event_id, o.event_receiver_id, o.actor_id,
             case when o.kind <> 'events' then o.kind when m.group_id is null then 'event' else 'complete' end as kind,
             m.group_id, m.group_enabled, m.group_updated_at, m.group_repeated
      from span
      join outbox o on o.first_cursor between span.first and span.last
      cross join unnest(o.types, o.event_ids, o.group_ids, o.groups_enabled, o.groups_updated_at, o.groups_repeated)
        with ordinality as m (type, event_id, group_id, group_enabled, group_updated_at, group_repeated, position)
      where o.first_cursor + m.position - 1 > $1::bigint and o.first_cursor + m.position - 1 <= span.last
        and ($3::text is null or m.type = $3::text)
      order by cursor limit $4::int
    ), sized as (
      select m.cursor, m.id, m.kind, m.type, m.numbered_at, m.event_id, m.group_id, m.group_enabled, m.group_updated_at,
             m.group_repeated,
             e.name, e.version, e.release, e.platform_id, e.package, e.description, e.payload, e.success,
             e.created_at as event_created_at, coalesce(m.event_receiver_id, e.event_receiver_id) as event_receiver_id,
             coalesce(e.actor_id, m.actor_id) as actor_id,
             coalesce(sum(e.payload_bytes) over (order by m.cursor rows unbounded preceding), 0)
               - coalesce(e.payload_bytes, 0) as bytes_before,
             (count(*) over ())::int as page_rows
      from matching m
      -- One look-up for each, whatever the planner thinks of how many there are.
      left join lateral (select * from events where id = m.event_id limit 1) as e on true
    )
    select span.last as read_end, (select removed_cursor from retention) as removed, page.*, ${actorOf('page')} as actor
    from span left join (select * from sized where bytes_before < $5::bigint) as page on true
    order by page.cursor`,
}

interface MessageRow extends StoredMessage {
  /** All up to this cursor has been looked at. */
  read_end: string
  removed: string
  /** Messages of the page before it was cut by size. */
  page_rows: number
}

/** The messages of a span, with their events, and the cursor to go on from. */
export async function selectMessages(connection: Connection, span: MessageSpan): Promise<MessagePage> {
  const { after, type, limit, maxBytes = MAX_READ_BYTES } = span
  const scanned = type === undefined ? limit : MAX_SCANNED
  const rows = await connection.query<MessageRow>(SELECT_MESSAGES, [
    after,
    scanned,
    type ?? null,
    limit,
    maxBytes,
  ])
  const [first] = rows
  // Without a message there is one row all the same, which says how far was looked.
  const messages = first && first.cursor !== null ? rows : []
  const wasCut = messages.length === limit || (first?.page_rows ?? 0) > messages.length
  const last = wasCut ? messages.at(-1)?.cursor : first?.read_end
  return { messages, next: last ?? after, removed: first?.removed ?? '0' }
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

/** The cursor behind which the messages of a moment and later stand. */
export async function selectCursorBefore(connection: Connection, moment: string): Promise<string> {
  const [row] = await connection.query<{ cursor: string }>(
    'select cursor_before($1::timestamptz) as cursor',
    [moment],
  )
  return row?.cursor ?? '0'
}
