import type { Actor, JsonText, MessageKind } from '@epr/model'
import { actorOf } from './actors.js'
import type { Connection } from './database.js'
import { NEWEST_CURSOR } from './outbox.js'

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

/** What a summary says of a message: of its event all but the payload and the description, of receivers no schema. */
export interface StoredSummary extends Omit<StoredMessage, 'payload' | 'description' | 'event_created_at'> {
  /** The event's; null for messages about receivers and groups. */
  payload_bytes: number | null
  /** When the receiver was created that the message is about; null for all others. */
  receiver_created_at: string | null
}

export interface MessagePage<Stored = StoredMessage> {
  messages: Stored[]
  /** What to pass as `after` next: behind the last message, or behind all that was looked at. */
  next: string
  /** Messages up to this cursor had been removed when the others were read. */
  removed: string
}

/** Which messages are wanted: those that are so in all that is given. */
export interface MessageFilter {
  type?: string | undefined
  kind?: MessageKind | undefined
  /** The id of the receiver of its event, or of the one that it is about. */
  receiver?: string | undefined
  /** The id of the group that it is about. */
  group?: string | undefined
  success?: boolean | undefined
  /** Exact; with `*` at the end, what begins so. */
  name?: string | undefined
}

export interface MessageSpan extends MessageFilter {
  /** Only messages behind this cursor. */
  after: string
  limit: number
  /** Where its payloads are more, the span is cut. @default 8 MiB */
  maxBytes?: number
}

/** How many cursors a search by what stands in the outbox looks at before it gives up and says where to go on. */
const MAX_SCANNED = 10_000
/** The same, where the event of each has to be looked at. */
const MAX_SCANNED_EVENTS = 2_000
/** The payloads of one read; the caller bounds what it makes of them. */
const MAX_READ_BYTES = 8 * 1024 * 1024

/** The first cursor of the row that holds the message behind $1, or of the next one. Index outbox_cursor. */
const FIRST_BEHIND = `coalesce(
  (select case when first_cursor + size - 1 > $1::bigint then first_cursor end from (
     select first_cursor, size from outbox where first_cursor <= $1::bigint order by first_cursor desc limit 1
   ) as before),
  (select min(first_cursor) from outbox where first_cursor > $1::bigint)
)`

const KIND =
  "case when o.kind <> 'events' then o.kind when m.group_id is null then 'event' else 'complete' end"

/**
 * The messages of a span: behind $1, $2 cursors of them at most, of the type $3 where there is one, $4 rows at most.
 *
 * @param condition what else they must meet
 */
const spanAndMatching = (condition = '') => `
    span as materialized (
      -- Nothing is added to a cursor behind which nothing is: it may be the greatest there is.
      select first, case when first is null then $1::bigint
                         else least(greatest($1::bigint, first - 1) + $2::bigint, newest) end as last
      from (select ${FIRST_BEHIND} as first, ${NEWEST_CURSOR} as newest) as ends
    ), matching as materialized (
      select o.first_cursor + m.position - 1 as cursor, o.id, o.numbered_at, m.type, m.event_id, o.event_receiver_id, o.actor_id,
             ${KIND} as kind,
             m.group_id, m.group_enabled, m.group_updated_at, m.group_repeated
      from span
      join outbox o on o.first_cursor between span.first and span.last
      cross join unnest(o.types, o.event_ids, o.group_ids, o.groups_enabled, o.groups_updated_at, o.groups_repeated)
        with ordinality as m (type, event_id, group_id, group_enabled, group_updated_at, group_repeated, position)
      where o.first_cursor + m.position - 1 > $1::bigint and o.first_cursor + m.position - 1 <= span.last
        and ($3::text is null or m.type = $3::text) ${condition}
      order by cursor limit $4::int
    )`

/** The page of the rows of `sized` that are within $5 bytes, and one row that says how far was looked. */
const selectPage = (columns: string) => `
    select span.last as read_end, (select removed_cursor from retention) as removed, ${columns}, ${actorOf('page')} as actor
    from span left join (select * from sized where bytes_before < $5::bigint) as page on true
    order by page.cursor`

const SIZES = (row: string) => `
             coalesce(sum(${row}.payload_bytes) over (order by m.cursor rows unbounded preceding), 0)
               - coalesce(${row}.payload_bytes, 0) as bytes_before,
             (count(*) over ())::int as page_rows`

const SELECT_MESSAGES = {
  name: 'select_messages',
  text: `
    with ${spanAndMatching()}, sized as (
      select m.cursor, m.id, m.kind, m.type, m.numbered_at, m.event_id, m.group_id, m.group_enabled, m.group_updated_at,
             m.group_repeated,
             e.name, e.version, e.release, e.platform_id, e.package, e.description, e.payload, e.success,
             e.created_at as event_created_at, coalesce(m.event_receiver_id, e.event_receiver_id) as event_receiver_id,
             coalesce(e.actor_id, m.actor_id) as actor_id, ${SIZES('e')}
      from matching m
      -- One look-up for each, whatever the planner thinks of how many there are.
      left join lateral (select * from events where id = m.event_id limit 1) as e on true
    )
    ${selectPage('page.*')}`,
}

/** $6 to $12 say what else is wanted, and how many: what matches is looked up first. */
const chosen = (eventColumns: string, columns: string) => `
    ${spanAndMatching(`and ($6::text is null or ${KIND} = $6::text) and ($7::text is null or m.group_id = $7::text)`)},
    chosen as materialized (
      select m.cursor, m.id, m.kind, m.type, m.numbered_at, m.event_id, m.group_id, m.group_enabled, m.group_updated_at,
             m.group_repeated, coalesce(e.name, r.name, g.name) as name, coalesce(e.version, r.version, g.version) as version,
             e.release, e.platform_id, e.package, e.success, e.payload_bytes, ${columns},
             coalesce(m.event_receiver_id, e.event_receiver_id) as event_receiver_id,
             coalesce(e.actor_id, m.actor_id) as actor_id
      from matching m
      left join lateral (
        select name, version, release, platform_id, package, success, payload_bytes, event_receiver_id, actor_id, ${eventColumns}
        from events where id = m.event_id limit 1
      ) as e on true
      left join lateral (
        select name, version, created_at from event_receivers where m.kind = 'receiver' and id = m.event_receiver_id limit 1
      ) as r on true
      left join lateral (
        select name, version from event_receiver_groups where m.kind in ('group', 'modified') and id = m.group_id limit 1
      ) as g on true
      where ($8::text is null or coalesce(m.event_receiver_id, e.event_receiver_id) = $8::text)
        and ($9::boolean is null or coalesce(e.success, true) = $9::boolean)
        and ($10::text is null or coalesce(e.name, r.name, g.name) = $10::text)
        and ($11::text is null or starts_with(coalesce(e.name, r.name, g.name), $11::text))
      order by m.cursor limit $12::int
    )`

const SELECT_CHOSEN = {
  name: 'select_chosen_messages',
  text: `
    with ${chosen('description, payload, created_at', 'e.description, e.payload, e.created_at as event_created_at')},
    sized as (select m.*, ${SIZES('m')} from chosen m)
    ${selectPage('page.*')}`,
}

/** Neither payloads nor schemas are read: those of a row that is out of line stay where they are. */
const SELECT_SUMMARIES = {
  name: 'select_message_summaries',
  text: `
    with ${chosen('created_at', 'r.created_at as receiver_created_at')},
    sized as (select m.*, 0 as bytes_before, 0 as page_rows from chosen m)
    ${selectPage('page.*')}`,
}

type MessageRow<Stored> = Stored & {
  /** All up to this cursor has been looked at. */
  read_end: string
  removed: string
  /** Messages of the page before it was cut by size. */
  page_rows: number
}

function toPage<Stored extends { cursor: string }>(
  rows: MessageRow<Stored>[],
  { after, limit }: MessageSpan,
): MessagePage<Stored> {
  const [first] = rows
  // Without a message there is one row all the same, which says how far was looked.
  const messages = first && first.cursor !== null ? rows : []
  const wasCut = messages.length === limit || (first?.page_rows ?? 0) > messages.length
  const last = wasCut ? messages.at(-1)?.cursor : first?.read_end
  return { messages, next: last ?? after, removed: first?.removed ?? '0' }
}

/** Whether the event of each message has to be looked at. */
const looksAtEvents = ({ receiver, success, name }: MessageFilter): boolean =>
  receiver !== undefined || success !== undefined || name !== undefined

/** Whether only the type, if anything, is asked for. */
const isPlain = (filter: MessageFilter): boolean =>
  filter.kind === undefined && filter.group === undefined && !looksAtEvents(filter)

const isPrefix = (name: string | undefined): name is string => name?.endsWith('*') ?? false

function toValues(span: MessageSpan, maxBytes: number): unknown[] {
  const { after, limit, type, kind, group, receiver, success, name } = span
  const scansEvents = looksAtEvents(span)
  const scansOutbox = type !== undefined || kind !== undefined || group !== undefined
  const scanned = scansEvents ? MAX_SCANNED_EVENTS : scansOutbox ? MAX_SCANNED : limit
  return [
    after,
    scanned,
    type ?? null,
    scansEvents ? scanned : limit,
    maxBytes,
    kind ?? null,
    group ?? null,
    receiver ?? null,
    success ?? null,
    isPrefix(name) ? null : (name ?? null),
    isPrefix(name) ? name.slice(0, -1) : null,
    limit,
  ]
}

/** The messages of a span, with their events, and the cursor to go on from. */
export async function selectMessages(connection: Connection, span: MessageSpan): Promise<MessagePage> {
  const values = toValues(span, span.maxBytes ?? MAX_READ_BYTES)
  const rows = isPlain(span)
    ? await connection.query<MessageRow<StoredMessage>>(SELECT_MESSAGES, values.slice(0, 5))
    : await connection.query<MessageRow<StoredMessage>>(SELECT_CHOSEN, values)
  return toPage(rows, span)
}

/** The same without what is large. */
export async function selectSummaries(
  connection: Connection,
  span: MessageSpan,
): Promise<MessagePage<StoredSummary>> {
  const rows = await connection.query<MessageRow<StoredSummary>>(SELECT_SUMMARIES, toValues(span, 1))
  return toPage(rows, span)
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

/** The cursor behind which the newest `count` messages stand, or as many as are kept. Index outbox_cursor. */
export async function selectCursorOfTail(connection: Connection, count: number): Promise<string> {
  const [row] = await connection.query<{ cursor: string }>(
    `select greatest(removed_cursor, coalesce(${NEWEST_CURSOR}, removed_cursor) - $1::bigint) as cursor from retention`,
    [count],
  )
  return row?.cursor ?? '0'
}

/** The cursor behind which the messages of a moment and later stand. */
export async function selectCursorBefore(connection: Connection, moment: string): Promise<string> {
  const [row] = await connection.query<{ cursor: string }>(
    'select cursor_before($1::timestamptz) as cursor',
    [moment],
  )
  return row?.cursor ?? '0'
}
