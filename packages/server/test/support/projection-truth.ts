import { expect } from 'vitest'
import type { Connection } from '../../src/storage/database.js'
import { type DeliveryRecord, factsOf } from './delivery-oracle.js'
import { artifactsOf, daysOf, gatesOf, type OracleRecord } from './projection-oracle.js'

const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

/** Compares every row of the projections with what the events say. */
export async function expectTruth(
  database: Connection,
  groups: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const records = await database.query<OracleRecord>(
    `select seq::float8, extract(epoch from created_at)::float8 * 1000 as at, name, version, event_receiver_id as receiver,
            success, payload_bytes as bytes from events order by seq`,
  )
  const artifacts = await database.query(
    `select name || ' ' || version as artifact, first_seq::float8 as first, last_seq::float8 as last, events, failures
     from artifacts`,
  )
  const gates = await database.query(
    `select gg.group_id as group, a.name || ' ' || a.version as artifact, g.state::text,
            extract(epoch from g.since)::float8 * 1000 as since
     from gates g join gate_groups gg on gg.num = g.group_num join artifacts a on a.first_seq = g.artifact`,
  )
  const days = await database.query(
    `select event_receiver_id as receiver, day::text, events::float8, failures::float8, bytes::float8 from receiver_days`,
  )
  const happened = await database.query<DeliveryRecord>(
    `select e.seq::float8, extract(epoch from e.created_at)::float8 * 1000 as at, e.name, e.version, e.success,
            e.event_receiver_id as receiver, e.payload_bytes as bytes, kind.kind,
            coalesce(e.payload #>> '{subject,content,environment,id}', rules #>> '{environment,default}') as environment,
            case when r.type in ('failed', 'restored') then e.payload #>> '{subject,id}' end as incident
     from (select * from delivery_rules order by version desc limit 1) as newest
     cross join events e join event_receivers r on r.id = e.event_receiver_id
     join lateral (
       select key as kind from json_each(rules) where json_typeof(value) = 'array' and value::text like '%"' || r.type || '"%'
     ) as kind on true`,
  )
  const facts = await database.query(
    `select seq::float8, kind, environment, incident, run::float8,
            extract(epoch from changed_at)::float8 * 1000 as changed, extract(epoch from ended_at)::float8 * 1000 as ended
     from delivery_facts order by at, seq`,
  )
  expect(facts).toEqual(factsOf(records, happened))
  expect(artifacts.sort(byText)).toEqual(artifactsOf(records).sort(byText))
  expect(days.sort(byText)).toEqual(daysOf(records).sort(byText))
  expect(gates.sort(byText)).toEqual(gatesOf(records, groups).sort(byText))
}
