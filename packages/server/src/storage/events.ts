import {
  type Actor,
  type Event,
  type EventField,
  type EventFilter,
  fromJsonText,
  type JsonText,
  nvrppKey,
  type Page,
  type PageRequest,
  SEARCHED,
} from '@epr/model'
import { mapInTurns } from '../turns.js'
import { actorOf } from './actors.js'
import type { Connection } from './database.js'
import { isKeyTaken, type KeyClaim, KeyTakenError } from './idempotency-keys.js'
import { addMatches, addPageConditions, type Conditions, createConditions, toPage } from './page.js'

/** An event as it is stored: the payload is the text that was sent. */
export interface StoredEvent extends Omit<Event, 'payload' | 'EventReceiver' | 'actor'> {
  payload: JsonText
}

/** An event, and who recorded it. */
export interface RecordedEvent extends StoredEvent {
  actor: Actor | null
}

/** An event about to be stored. */
export interface NewEvent extends StoredEvent {
  /** Its receiver's type, which is its message's. */
  type: string
  /** The number of who records it; undefined when nobody was asked. */
  actor_id?: number | undefined
}

const FIELDS = SEARCHED.event.fields satisfies readonly (keyof RecordedEvent)[]
/** All but who recorded it, who stands in a table of their own. */
const EVENT_COLUMNS = FIELDS.filter((field) => field !== 'actor')

/** A field of a row, as it is selected. */
const selected = (field: EventField, row: string): string =>
  field === 'actor' ? `${actorOf(row)} as actor` : field

/** What is written together because it came in one request. */
export interface EventUnit {
  events: NewEvent[]
  /** The request's idempotency key, claimed in the same transaction. */
  claim?: KeyClaim | undefined
}

const RECORD_EVENTS = {
  name: 'record_events',
  text: `select record_events($1::jsonb, $2::text, $3::text[], $4::bytea[], $5::bytea[], $6::text[]) as completions`,
}

/** From here on a payload that stands alone goes by itself: quoting 4 MB, and reading that, costs 100 ms. */
const LARGE_PAYLOAD_CHARS = 8 * 1024

/** An event as record_events reads it. */
const toRow = (event: NewEvent, payload: string | null): unknown[] => [
  event.id,
  nvrppKey(event),
  event.name,
  event.version,
  event.release,
  event.platform_id,
  event.package,
  event.description,
  payload,
  event.success,
  event.event_receiver_id,
  event.created_at,
  event.type,
  event.actor_id ?? null,
]

/** Quoting more payload than this, in characters, is done in turns. */
const QUOTED_AT_ONCE_CHARS = 1024 * 1024

async function toJson(rows: unknown[][], events: readonly NewEvent[]): Promise<string> {
  let chars = 0
  for (const { payload } of events) chars += fromJsonText(payload).length
  if (chars <= QUOTED_AT_ONCE_CHARS) return JSON.stringify(rows)
  const texts = await mapInTurns(rows, 1, async (row) => JSON.stringify(row))
  return `[${texts.join(',')}]`
}

/**
 * Records units of events, their messages and the completions of groups in one statement and transaction: all of
 * it, or nothing.
 *
 * @returns how many groups were completed
 * @throws KeyTakenError when the key of any of the units has been used elsewhere meanwhile
 */
export async function insertEvents(connection: Connection, units: EventUnit[]): Promise<number> {
  const events = units.flatMap((unit) => unit.events)
  const claims = units.flatMap(({ claim }) => claim ?? [])
  const [first] = events
  const alone = events.length === 1 && first ? fromJsonText(first.payload) : ''
  const large = alone.length > LARGE_PAYLOAD_CHARS ? alone : null
  const rows = events.map((event) => toRow(event, large === null ? fromJsonText(event.payload) : null))
  const values = [
    await toJson(rows, events),
    large,
    [...new Set(events.map((event) => event.event_receiver_id))],
    claims.map(({ key }) => key),
    claims.map(({ digest }) => digest),
    claims.map(({ result }) => result),
  ]
  try {
    const [result] = await connection.query<{ completions: number }>(RECORD_EVENTS, values)
    return result?.completions ?? 0
  } catch (error) {
    throw isKeyTaken(error) ? new KeyTakenError() : error
  }
}

/**
 * Refreshes the statistics that plans are made on; `events` grows from nothing faster than autovacuum looks.
 *
 * @returns about how many events there are
 */
export async function analyzeEvents(connection: Connection): Promise<number> {
  await connection.query('analyze events, outbox')
  const [row] = await connection.query<{ events: number }>(
    "select reltuples::float8 as events from pg_class where oid = 'events'::regclass",
  )
  return row?.events ?? 0
}

export async function selectEvent(connection: Connection, id: string): Promise<RecordedEvent | undefined> {
  const fields = FIELDS.map((field) => selected(field, 'events')).join(', ')
  const [row] = await connection.query<RecordedEvent>(
    { name: 'select_event', text: `select ${fields} from events where id = $1::text` },
    [id],
  )
  return row
}

function toConditions({ success, ...matches }: EventFilter, page: PageRequest) {
  const conditions = createConditions()
  addMatches(conditions, matches)
  // Literals, so that `not success` meets the partial index events_failed.
  if (typeof success === 'boolean') conditions.addPlain(success ? 'success' : 'not success')
  addPageConditions(conditions, page)
  return conditions
}

/** The filters that have an index of their own. */
const INDEXED = ['name', 'version', 'event_receiver_id'] as const

/** How far a search looks along one index for rows that meet the other filters too. */
const PROBE_ROWS = 500

/**
 * The page of rows that meet two or more indexed filters. The planner takes filters for independent of one
 * another, so that it walks a whole index for a version that a receiver never had. So: a short walk along one
 * index, which fills the page when many rows meet both; when it does not, few rows do, and all of them are
 * found by intersecting the indexes.
 */
function toIntersection(
  conditions: Conditions,
  filter: EventFilter,
  { order }: PageRequest,
  limit: string,
): string {
  const first = INDEXED.find((column) => typeof filter[column] === 'string')
  const where = conditions.toSql()
  const along = conditions.toSql((sql) => sql.startsWith(`${first} =`) || sql.startsWith('id '))
  const columns = `${EVENT_COLUMNS.filter((column) => column !== 'payload').join(', ')}`
  return `
    with probe as materialized (
      select id from (
        select ${columns} from events ${along} order by id ${order} limit ${PROBE_ROWS}
      ) as walked ${where} order by id ${order} limit ${limit}
    ), every as materialized (
      select id from events ${where} and (select count(*) from probe) < ${limit}
    )
    select id from probe union select id from every order by id ${order} limit ${limit}`
}

/** Filters that no index answers. */
const UNINDEXED = ['release', 'platform_id', 'package'] as const
/** What few events have in common: of these each can be looked at. */
const NARROW = ['id', 'name', 'version'] as const

/** Whether a search reads about what it gives; another may have to look at every event there is. */
export function isIndexed(filter: EventFilter): boolean {
  const isGiven = (column: keyof EventFilter) => typeof filter[column] === 'string'
  return !UNINDEXED.some(isGiven) || NARROW.some(isGiven)
}

/** What stands in the index events_version, which then answers alone, also that nothing meets all. */
const COVERED = ['id', 'version', 'event_receiver_id']

function isCovered(filter: EventFilter, { created_after, created_before }: PageRequest): boolean {
  if (created_after !== undefined || created_before !== undefined) return false
  return Object.entries(filter).every(([column, value]) => value == null || COVERED.includes(column))
}

/** The ids of a page of rows that meet two or more indexed filters. */
function toIds(conditions: Conditions, filter: EventFilter, page: PageRequest, limit: string): string {
  if (!isCovered(filter, page)) return toIntersection(conditions, filter, page, limit)
  return `select id from events ${conditions.toSql()} order by id ${page.order} limit ${limit}`
}

/** Which events are wanted, which page of them, and which of their fields. */
export interface EventSearch {
  filter: EventFilter
  page: PageRequest
  fields: readonly EventField[]
}

/**
 * Searches events by exact matches, in id order; reads only the fields that are asked for.
 *
 * @param maxBytes the page ends early once its payloads reach this, so that a hundred SBOMs do not meet in memory
 */
export async function selectEvents(
  connection: Connection,
  { filter, page, fields }: EventSearch,
  maxBytes: number,
): Promise<Page<RecordedEvent>> {
  const conditions = toConditions(filter, page)
  conditions.values.push(page.limit + 1)
  const limit = `$${conditions.values.length}::int`
  const order = `order by id ${page.order}`
  const isMixed = INDEXED.filter((column) => typeof filter[column] === 'string').length > 1
  const where = isMixed ? `where id in (${toIds(conditions, filter, page, limit)})` : conditions.toSql()
  const matching = `select ${EVENT_COLUMNS.join(', ')}, actor_id, payload_bytes from events ${where} ${order} limit ${limit}`
  return toEvents(
    await connection.query<PageRow>(toPageQuery(matching, { fields, order, maxBytes }), conditions.values),
    page.limit,
  )
}

interface PageRow extends RecordedEvent {
  /** Rows of the page before it was cut by size; 0 when it was not. */
  page_rows: number
}

interface PageShape {
  fields: readonly EventField[]
  order: string
  maxBytes: number
}

/** Cuts a page where its payloads grow too large. Toasted payloads behind that are never fetched. */
function toPageQuery(matching: string, { fields, order, maxBytes }: PageShape): string {
  const names = fields.map((field) => selected(field, 'page')).join(', ')
  if (!fields.includes('payload'))
    return `select ${names}, 0 as page_rows from (${matching}) as page ${order}`
  return `select ${names}, page_rows from (
    select *, (count(*) over ())::int as page_rows,
           sum(payload_bytes) over (${order} rows unbounded preceding) - payload_bytes as bytes_before
    from (${matching}) as matching
  ) as page where bytes_before < ${maxBytes} ${order}`
}

function toEvents(rows: PageRow[], limit: number): Page<RecordedEvent> {
  const { rows: kept, more } = toPage(rows, limit)
  const wasCut = (rows[0]?.page_rows ?? 0) > rows.length
  return { rows: kept.map(({ page_rows: _, ...event }) => event), more: more || wasCut }
}
