import type { ReceiverUsage } from '@epr/model'
import type { Connection } from './database.js'

/** Of a receiver what is kept of it, and whether its schema lets everything through. */
export type UsageRow = Omit<ReceiverUsage, 'warnings'> & { is_new: boolean; takes_anything: boolean }

export interface UsagePage {
  /** Back from now, today among them. */
  days: number
  /** Behind this receiver. */
  after: string | undefined
  limit: number
}

const daysOf = (receiver: string, days: string) =>
  `receiver_days where event_receiver_id = ${receiver} and day > (now() at time zone 'UTC')::date - ${days}`

const refusedBy = (receiver: string, days: string) => `
  select coalesce(sum(payloads), 0)::float8 as payloads from refusals
  where event_receiver_id = ${receiver} and hour > now() - ${days} * interval '1 day'`

const lastOf = (receiver: string) =>
  `select id, created_at from events where event_receiver_id = ${receiver} order by id desc limit 1`

/**
 * What receivers got and refused, the newest receiver first. Indexes event_receivers_pkey, receiver_days_pkey,
 * events_event_receiver, refusals_pkey, event_receiver_group_members_receiver: some look-ups for each, none over events.
 */
export function selectUsage(connection: Connection, { days, after, limit }: UsagePage): Promise<UsageRow[]> {
  return connection.query<UsageRow>(
    `select r.id as event_receiver_id, r.name, r.type, r.version, r.created_at, r.is_new, r.takes_anything,
            last.id as last_event_id, last.created_at as last_event_at,
            got.events, got.failures, got.bytes, refused.payloads as refused, gates.groups, got.days
     from (
       select id, name, type, version, created_at, created_at > now() - interval '1 day' as is_new,
              -- A long schema is not fetched for this.
              case when pg_column_size(schema) < 64 then btrim(schema::text, E' \\t\\r\\n') in ('{}', 'true') else false end
                as takes_anything
       from event_receivers
       where $2::text is null or id < $2::text order by id desc limit $3::int
     ) as r
     left join lateral (${lastOf('r.id')}) as last on true
     cross join lateral (
       select coalesce(sum(events), 0)::float8 as events, coalesce(sum(failures), 0)::float8 as failures,
              coalesce(sum(bytes), 0)::float8 as bytes,
              coalesce(jsonb_agg(jsonb_build_object('day', day, 'events', events, 'failures', failures, 'bytes', bytes) order by day),
                       '[]') as days
       from ${daysOf('r.id', '$1::int')}
     ) as got
     cross join lateral (${refusedBy('r.id', '$1::int')}) as refused
     cross join lateral (
       select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'version', g.version, 'enabled', g.enabled)
                                 order by g.name, g.id), '[]') as groups
       from event_receiver_group_members m join event_receiver_groups g on g.id = m.group_id
       where m.event_receiver_id = r.id
     ) as gates
     order by r.id desc`,
    [days, after ?? null, limit],
  )
}

/** A receiver without a success, in a group where artifacts wait for it. */
export interface StuckRow {
  group_id: string
  group_name: string
  group_version: string
  event_receiver_id: string
  name: string
  version: string
  events: number
  refused: number
  last_event_at: string | null
  /** Artifacts that are not open there: 1001 stands for more than 1,000. */
  waiting: number
}

/** What {@link StuckRow} counts to. */
export const MAX_WAITING = 1_000

/**
 * Enabled gates that nobody can pass: a receiver had no success for so many days, and artifacts that are not open came there in
 * that time. Indexes receiver_days_pkey, events_event_receiver, refusals_pkey, gates_since.
 */
export function selectStuck(connection: Connection, days: number, groupId?: string): Promise<StuckRow[]> {
  return connection.query<StuckRow>(
    `select g.id as group_id, g.name as group_name, g.version as group_version,
            r.id as event_receiver_id, r.name, r.version, got.events, refused.payloads as refused,
            last.created_at as last_event_at, waits.count as waiting
     from event_receiver_groups g
     join gate_groups gg on gg.group_id = g.id
     join event_receiver_group_members m on m.group_id = g.id
     join event_receivers r on r.id = m.event_receiver_id
     cross join lateral (
       select coalesce(sum(events), 0)::float8 as events, coalesce(sum(events - failures), 0) as successes
       from ${daysOf('r.id', '$1::int')}
     ) as got
     cross join lateral (
       select least(sum(counted.count), ${MAX_WAITING + 1})::int as count
       from unnest(array['failed', 'missing']) as wanted (state)
       cross join lateral (
         select count(*) from (
           select from gates where group_num = gg.num and state = wanted.state::gate_state
             and since > now() - $1::int * interval '1 day' order by since desc limit ${MAX_WAITING + 1}
         ) as newest
       ) as counted
     ) as waits
     cross join lateral (${refusedBy('r.id', '$1::int')}) as refused
     left join lateral (${lastOf('r.id')}) as last on true
     where g.enabled and ($2::text is null or g.id = $2::text) and got.successes = 0 and waits.count > 0
     order by g.name, g.id, m.position`,
    [days, groupId ?? null],
  )
}

/** How many groups and receivers there are. */
export async function countDefinitions(
  connection: Connection,
): Promise<{ groups: number; receivers: number }> {
  const [row] = await connection.query<{ groups: number; receivers: number }>(
    `select (select count(*)::int from event_receiver_groups where enabled) as groups,
            (select count(*)::int from event_receivers) as receivers`,
  )
  if (!row) throw new Error('two counts gave no row')
  return row
}
