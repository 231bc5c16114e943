import type { Acknowledged } from './chaos-load.js'
import { createGateOracle, type OracleGroup } from './gate-oracle.js'

interface StoredEvent {
  id: string
  nvrpp: string
  receiver: string
  success: boolean
  label: string
}

interface StoredMessage {
  cursor: string
  event_id: string | null
  group_id: string | null
  repeated: boolean | null
}

type Query = <Row extends object>(text: string) => Promise<Row[]>

const EVENTS = `
  select id, encode(nvrpp, 'hex') as nvrpp, event_receiver_id as receiver, success,
         coalesce(payload->>'label', payload->'data'->>'label') as label
  from epr.events order by seq`

const MESSAGES = `
  select (o.first_cursor + m.position - 1)::text as cursor, m.event_id, m.group_id, m.repeated
  from epr.outbox o cross join unnest(o.event_ids, o.group_ids, o.groups_repeated)
       with ordinality as m (event_id, group_id, repeated, position)
  where o.first_cursor is not null order by o.first_cursor, m.position`

const repeatedOf = (values: readonly string[]): string[] => {
  const once = new Set<string>()
  return values.filter((value) => once.size === once.add(value).size)
}

/** What the gates should have sent: for each event the groups that it completes, as if the events had come one by one. */
function expectedCompletions(events: readonly StoredEvent[], groups: OracleGroup[]): Map<string, string> {
  const oracle = createGateOracle()
  oracle.setGroups(groups)
  return new Map(events.map((event) => [event.id, JSON.stringify(oracle.submit(event))]))
}

function actualCompletions(
  messages: readonly StoredMessage[],
): Map<string, { id: string; repeated: boolean }[]> {
  const completions = new Map<string, { id: string; repeated: boolean }[]>()
  for (const { event_id, group_id, repeated } of messages) {
    if (event_id === null) continue
    const before = completions.get(event_id) ?? []
    completions.set(
      event_id,
      group_id === null ? before : [...before, { id: group_id, repeated: repeated === true }],
    )
  }
  return completions
}

/** Events of one artifact stand in the feed in the order of their acceptance. */
function findReorders(events: readonly StoredEvent[], messages: readonly StoredMessage[]): string[] {
  const accepted = new Map(events.map(({ id, nvrpp }, index) => [id, { nvrpp, index }]))
  const lastOf = new Map<string, number>()
  return messages.flatMap(({ event_id, group_id, cursor }) => {
    const event = group_id === null && event_id !== null ? accepted.get(event_id) : undefined
    if (!event) return []
    const isLate = event.index < (lastOf.get(event.nvrpp) ?? -1)
    lastOf.set(event.nvrpp, event.index)
    return isLate ? [`the event ${event_id} at cursor ${cursor} was accepted before the one ahead of it`] : []
  })
}

/** All that is not as it has to be, a line each. */
export async function findViolations(
  query: Query,
  acknowledged: readonly Acknowledged[],
  seen: ReadonlyMap<string, string>,
  groups: OracleGroup[],
): Promise<string[]> {
  const events = await query<StoredEvent>(EVENTS)
  const messages = await query<StoredMessage>(MESSAGES)
  const ids = new Map(events.map((event) => [event.id, event]))
  const sent = messages.flatMap(({ event_id, group_id }) =>
    group_id === null && event_id !== null ? event_id : [],
  )
  const sentIds = new Set(sent)
  const expected = expectedCompletions(events, groups)
  const actual = actualCompletions(messages)
  const inFeed = await query<{ count: number; last: string; unnumbered: number }>(
    `select coalesce(sum(size) filter (where first_cursor is not null), 0)::int as count,
            coalesce(max(first_cursor + size - 1), 0)::text as last,
            (count(*) filter (where first_cursor is null))::int as unnumbered from epr.outbox`,
  )
  const [feed] = inFeed
  const latest = String([...seen.keys()].map(Number).reduce((one, other) => Math.max(one, other), 0))
  return [
    ...acknowledged.flatMap(({ id, label }) => {
      const event = ids.get(id)
      if (!event) return [`the event ${id} was acknowledged and is not there`]
      return event.label === label ? [] : [`${id} was the answer to ${label} and is ${event.label}`]
    }),
    ...repeatedOf(events.map(({ label }) => label)).map((label) => `${label} was recorded twice`),
    ...repeatedOf(sent).map((id) => `the event ${id} is twice in the feed`),
    ...events.filter(({ id }) => !sentIds.has(id)).map(({ id }) => `the event ${id} is not in the feed`),
    ...events
      .filter(({ id }) => JSON.stringify(actual.get(id) ?? []) !== expected.get(id))
      .map(({ id }) => `${id} completed ${JSON.stringify(actual.get(id) ?? [])}, not ${expected.get(id)}`),
    ...findReorders(events, messages),
    ...(String(feed?.count) === feed?.last
      ? []
      : [`the feed has ${feed?.count} messages and ends at ${feed?.last}`]),
    ...(feed?.unnumbered === 0 ? [] : [`${feed?.unnumbered} commits were never numbered`]),
    ...(Number(latest) <= Number(feed?.last)
      ? []
      : [`a reader saw cursor ${latest}, and the feed ends at ${feed?.last}`]),
  ]
}
