import {
  fromJsonText,
  type JsonText,
  OTHER_PATH,
  REFUSAL_LIMITS,
  type RefusalSample,
  type Refusals,
} from '@epr/model'
import type { Connection, Database } from './database.js'

/** What has come together of one receiver, hour and place. */
export interface RefusalCount {
  event_receiver_id: string
  /** RFC 3339. */
  hour: string
  path: string
  count: number
  /** Those of them that are counted at no other place. */
  payloads: number
  sample: RefusalSample
}

const { paths, samples, days } = REFUSAL_LIMITS
const MAX_LISTED = 100

/**
 * Adds to what was counted: of a receiver and an hour so many places are told apart, and so many samples of a receiver are
 * kept. Index refusals_pkey.
 */
export async function addRefusals(database: Database, counts: readonly RefusalCount[]): Promise<void> {
  const receivers = [...new Set(counts.map(({ event_receiver_id }) => event_receiver_id))]
  await database.transaction(async (connection) => {
    await connection.query(
      `with given as (
         select *, row_number() over (partition by event_receiver_id, hour, is_known order by path) as place,
                (select count(*) from refusals r where r.event_receiver_id = g.event_receiver_id and r.hour = g.hour
                   and r.path <> '${OTHER_PATH}') as known
         from (
           select u.*, exists (
             select from refusals r where r.event_receiver_id = u.event_receiver_id and r.hour = u.hour and r.path = u.path
           ) as is_known
           from unnest($1::text[], $2::timestamptz[], $3::text[], $4::int[], $5::int[], $6::text[])
             as u (event_receiver_id, hour, path, count, payloads, sample)
         ) as g
       ), placed as (
         select event_receiver_id, hour, count, payloads, sample,
                case when is_known or known + place <= ${paths} then path else '${OTHER_PATH}' end as path
         from given
       )
       insert into refusals as r (event_receiver_id, hour, path, count, payloads, sample, sampled_at)
       select event_receiver_id, hour, path, sum(count), sum(payloads), max(sample)::json, max((sample::json->>'time')::timestamptz)
       from placed group by event_receiver_id, hour, path
       -- In order, so that two servers never wait for each other in a circle.
       order by event_receiver_id, hour, path
       on conflict (event_receiver_id, hour, path) do update
         set count = r.count + excluded.count, payloads = r.payloads + excluded.payloads, sample = excluded.sample, sampled_at = excluded.sampled_at`,
      [
        counts.map(({ event_receiver_id }) => event_receiver_id),
        counts.map(({ hour }) => hour),
        counts.map(({ path }) => path),
        counts.map(({ count }) => count),
        counts.map(({ payloads }) => payloads),
        counts.map(({ sample }) => JSON.stringify(sample)),
      ],
    )
    await connection.query(
      `update refusals r set sample = null, sampled_at = null
       from (
         select event_receiver_id, hour, path,
                row_number() over (partition by event_receiver_id order by sampled_at desc) as place
         from refusals where event_receiver_id = any ($1::text[]) and sample is not null
       ) as old
       where place > ${samples} and r.event_receiver_id = old.event_receiver_id and r.hour = old.hour and r.path = old.path`,
      [receivers],
    )
  })
}

/** What a receiver has refused since a number of hours ago. Index refusals_pkey. */
export async function selectRefusals(
  connection: Connection,
  receiverId: string,
  hours: number,
): Promise<Refusals> {
  const since = "event_receiver_id = $1::text and hour > now() - $2::int * interval '1 hour'"
  const counted = await connection.query<Refusals['paths'][number]>(
    `select path, sum(count)::float8 as count, max(hour) as last_hour from refusals where ${since}
     group by path order by count desc, path limit ${MAX_LISTED}`,
    [receiverId, hours],
  )
  const kept = await connection.query<{ sample: JsonText }>(
    `select sample from refusals where ${since} and sample is not null order by sampled_at desc limit ${samples}`,
    [receiverId, hours],
  )
  const [all] = await connection.query<{ payloads: number }>(
    `select coalesce(sum(payloads), 0)::float8 as payloads from refusals where ${since}`,
    [receiverId, hours],
  )
  return {
    payloads: all?.payloads ?? 0,
    paths: counted,
    samples: kept.map(({ sample }) => JSON.parse(fromJsonText(sample)) as RefusalSample),
  }
}

/** Removes what is older than a month. Index refusals_hour. */
export async function deleteOldRefusals(connection: Connection): Promise<void> {
  await connection.query(`delete from refusals where hour < now() - interval '${days} days'`)
}
