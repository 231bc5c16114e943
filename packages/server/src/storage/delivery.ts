import type { DeliveryEvent, DeliveryMetric, JsonText } from '@epr/model'
import type { Connection } from './database.js'
import type { NameFilter } from './gate-artifacts.js'

/** What of the deliveries is asked about. */
export interface DeliveryQuery {
  from: string
  to: string
  /** A name, or how it begins; undefined for all. */
  name: NameFilter | undefined
  environment: string | undefined
}

export interface DeliverySpan {
  bucket: 'day' | 'week' | 'month'
  timeZone: string
}

/** $1 from, $2 to, $3 name, $4 whether it is the beginning of one, $5 environment. Index delivery_facts_at. */
const CHOSEN = `at >= $1::timestamptz and at < $2::timestamptz
  and ($3::text is null or name = $3::text or $4::boolean and starts_with(name, $3::text))
  and ($5::text is null or environment = $5::text)`

const DEPLOYMENTS = `delivery_facts where kind = 'deployment' and run = seq and ${CHOSEN}`

/** Of what has failed twice in one incident, the first. */
const FAILURES = `(
  select distinct on (name, environment, coalesce(incident, seq::text)) *
  from delivery_facts where kind = 'failure' and ${CHOSEN}
  order by name, environment, coalesce(incident, seq::text), at, seq
) as failures`

const ms = (from: string, to: string) => `(date_part('epoch', ${to} - ${from}) * 1000)`

/** Median and p90 of a column of milliseconds; where it is null there is no span. */
const SPANS = `percentile_cont(array[0.5, 0.9]) within group (order by ms) as spans_ms`

/** In which of the buckets that begin at $6 it lies, from 1: a search in them, where to work out a day anew is dear. */
const BUCKET = 'width_bucket(at, $6::timestamptz[])'

const toValues = ({ from, to, name, environment }: DeliveryQuery): unknown[] => [
  from,
  to,
  name?.text ?? null,
  name?.isPrefix ?? false,
  environment ?? null,
]

interface SpansRow {
  /** Median and p90; null without any. */
  spans_ms: [number, number] | null
}

/** Of a bucket, from 1, or of all of them. */
interface BucketRow extends SpansRow {
  bucket: number | null
}

/** A day of UTC with deployments: `2026-11-29`. What it holds is the same for as long as its revision is. */
export interface DeliveryDayRow {
  day: string
  revision: string
}

/** @param from in milliseconds since 1970, as `to`, which is not included */
export function selectDeliveryDays(
  connection: Connection,
  { from, to }: { from: number; to: number },
): Promise<DeliveryDayRow[]> {
  return connection.query<DeliveryDayRow>(
    `select day::text as day, revision from delivery_days
     where day between (to_timestamp($1::float8 / 1000) at time zone 'UTC')::date and (to_timestamp($2::float8 / 1000) at time zone 'UTC')::date
     order by delivery_days.day`,
    [from, to],
  )
}

/**
 * A deployment: at, in milliseconds since 1970; name; environment; milliseconds from its change, or null; whether that was
 * merged; whether it has failed; and of each gate its number and the milliseconds that it waited there, or null where that
 * never opened.
 */
export type DeploymentTuple = [
  number,
  string,
  string,
  number | null,
  boolean | null,
  boolean,
  [number, number | null][] | null,
]

/** The deployments of days, as JSON: an array of DeploymentTuple for each. */
export function selectDeployments(
  connection: Connection,
  days: readonly string[],
): Promise<{ day: string; deployments: JsonText }[]> {
  return connection.query<{ day: string; deployments: JsonText }>(
    `select day::text as day, (
       select json_agg(json_build_array(
         date_part('epoch', f.at) * 1000, f.name, f.environment, ${ms('f.changed_at', 'f.at')}, f.is_merged, f.ended_at is not null,
         (select json_agg(json_build_array(w.group_num, ${ms('w.began_at', 'w.opened_at')}))
          from delivery_waits w where w.deployment = f.seq)
       ))
       from delivery_facts f
       where f.kind = 'deployment' and f.run = f.seq and f.at >= day::timestamp at time zone 'UTC'
         and f.at < (day + 1)::timestamp at time zone 'UTC'
     ) as deployments
     from unnest($1::date[]) as day`,
    [days],
  )
}

export interface FailuresRow extends BucketRow {
  n: number
  open: number
  unattributed: number
}

export function selectFailures(
  connection: Connection,
  query: DeliveryQuery,
  starts: readonly string[],
): Promise<FailuresRow[]> {
  return connection.query<FailuresRow>(
    `select bucket, count(ms)::int as n, count(*) filter (where ms is null)::int as open,
            count(*) filter (where run is null)::int as unattributed, ${SPANS}
     from (select ${BUCKET} as bucket, ${ms('at', 'ended_at')} as ms, run from ${FAILURES}) as failed
     group by grouping sets ((bucket), ())`,
    [...toValues(query), starts],
  )
}

/** The beginnings of all buckets, the first one first. */
export async function selectBuckets(
  connection: Connection,
  { from, to }: Pick<DeliveryQuery, 'from' | 'to'>,
  { bucket, timeZone }: DeliverySpan,
): Promise<string[]> {
  const rows = await connection.query<{ start: string }>(
    `select start at time zone $4::text as start from generate_series(
       date_trunc($3::text, $1::timestamptz at time zone $4::text),
       ($2::timestamptz - interval '1 microsecond') at time zone $4::text,
       ('1 ' || $3::text)::interval
     ) as start order by 1`,
    [from, to, bucket, timeZone],
  )
  return rows.map(({ start }) => start)
}

export interface GateNameRow {
  num: number
  group_id: string
  group_name: string
  group_version: string
}

/** The groups that are known by these numbers, in the order of their names. */
export function selectGateNames(connection: Connection, nums: readonly number[]): Promise<GateNameRow[]> {
  return connection.query<GateNameRow>(
    `select kept.num, g.id as group_id, g.name as group_name, g.version as group_version
     from gate_groups kept join event_receiver_groups g on g.id = kept.group_id
     where kept.num = any ($1::int[])
     order by g.name, g.id`,
    [nums],
  )
}

export interface DeliveryPlace {
  time: string
  seq: string
}

export type DeliveryEventRow = DeliveryEvent & { seq: string }

const OF: Record<DeliveryMetric, string> = {
  deployments: `select f.*, null::float8 as ms, null::text as other_event_id, null::timestamptz as other_time, null::text as group_id
    from (select * from ${DEPLOYMENTS}) as f`,
  lead_time: `select f.*, ${ms('f.changed_at', 'f.at')} as ms, f.changed_by as other_event_id, f.changed_at as other_time,
      null::text as group_id
    from (select * from ${DEPLOYMENTS} and changed_at is not null) as f`,
  change_failures: `select f.*, ${ms('f.at', 'f.ended_at')} as ms, failed.event_id as other_event_id, f.ended_at as other_time,
      null::text as group_id
    from (select * from ${DEPLOYMENTS} and ended_at is not null) as f
    left join lateral (
      select event_id from delivery_facts failed
      where failed.name = f.name and failed.environment = f.environment and failed.kind in ('deployment', 'failure')
        and failed.kind = 'failure' and failed.at = f.ended_at and failed.run = f.seq order by failed.seq limit 1
    ) as failed on true`,
  restore: `select f.*, ${ms('f.at', 'f.ended_at')} as ms, f.ended_by as other_event_id, f.ended_at as other_time,
      null::text as group_id
    from ${FAILURES.replace(' as failures', ' as f')}`,
  waiting: `select f.*, ${ms('w.began_at', 'w.opened_at')} as ms, null::text as other_event_id, w.opened_at as other_time,
      kept.group_id
    from (select * from ${DEPLOYMENTS}) as f
    join delivery_waits w on w.deployment = f.seq
    join gate_groups kept on kept.num = w.group_num`,
}

/** The events that a number was made of, the last one first. */
export function selectDeliveryEvents(
  connection: Connection,
  metric: DeliveryMetric,
  query: DeliveryQuery,
  { after, group, limit }: { after: DeliveryPlace | undefined; group: string | undefined; limit: number },
): Promise<DeliveryEventRow[]> {
  return connection.query<DeliveryEventRow>(
    `select f.seq, f.event_id, f.at as time, a.name, a.version, a.release, a.platform_id, a.package, f.environment,
            f.ms, f.other_event_id, f.other_time, f.group_id
     from (${OF[metric]}) as f
     join artifacts a on a.first_seq = f.artifact
     where ($6::timestamptz is null or (f.at, f.seq) < ($6::timestamptz, $7::bigint))
       and ($9::text is null or f.group_id = $9::text)
     order by f.at desc, f.seq desc, f.group_id limit $8::int`,
    [...toValues(query), after?.time ?? null, after?.seq ?? null, limit, group ?? null],
  )
}

export interface RulesRow {
  version: number
  created_at: string
  actor: string | null
  rules: string
}

/** Of all versions the last ones, the newest first. */
export function selectDeliveryRules(connection: Connection, limit: number): Promise<RulesRow[]> {
  return connection.query<RulesRow>(
    'select version, created_at, actor, rules::text as rules from delivery_rules order by version desc limit $1::int',
    [limit],
  )
}

/** Adds a version, behind all there are. */
export async function insertDeliveryRules(
  connection: Connection,
  { actor, rules }: Pick<RulesRow, 'actor' | 'rules'>,
): Promise<RulesRow | undefined> {
  await connection.query('lock table delivery_rules in share row exclusive mode')
  const [row] = await connection.query<RulesRow>(
    `insert into delivery_rules (version, actor, rules)
     select max(version) + 1, $1::text, $2::json from delivery_rules
     returning version, created_at, actor, rules::text as rules`,
    [actor, rules],
  )
  return row
}

/** Which of these types, or beginnings of types, no receiver has. */
export async function selectUnknownTypes(
  connection: Connection,
  patterns: readonly string[],
): Promise<string[]> {
  const rows = await connection.query<{ pattern: string }>(
    `select pattern from unnest($1::text[]) as pattern
     where not exists (
       select from event_receivers r where meets_pattern(r.type, pattern)
     )`,
    [patterns],
  )
  return rows.map(({ pattern }) => pattern)
}

/** Whether any receiver is a deployment by the rules in use. */
export async function hasDeploymentReceiver(connection: Connection): Promise<boolean> {
  const rows = await connection.query("select from delivery_receivers where kind = 'deployment' limit 1")
  return rows.length > 0
}
