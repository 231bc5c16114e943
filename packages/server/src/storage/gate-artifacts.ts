import type { GateCell, Nvrpp } from '@epr/model'
import type { Connection } from './database.js'

/** The state of a gate. */
export type GateState = 'open' | 'failed' | 'missing'

/** Where a page begins: behind this row. */
export interface GatePlace {
  since: string
  artifact: string
}

export interface GatePage {
  groupId: string
  states: readonly GateState[]
  order: 'recent' | 'waiting'
  after: GatePlace | undefined
  limit: number
}

export interface GateRow extends Nvrpp {
  artifact: string
  last_seq: string
  nvrpp: Buffer
  state: GateState
  since: string
}

/** More artifacts than this of one name are not gone through. */
export const MAX_NAMED = 2_000

const FIELDS = 'a.name, a.version, a.release, a.platform_id, a.package, a.nvrpp, a.last_seq'

/** Artifacts at a gate that no newer one has superseded, in the order of `since`. Index gates_since, a state after another. */
export function selectGates(
  connection: Connection,
  { groupId, states, order, after, limit }: GatePage,
): Promise<GateRow[]> {
  const [direction, behind] = order === 'recent' ? ['desc', '<'] : ['asc', '>']
  return connection.query<GateRow>(
    `select g.artifact, g.state::text, g.since, ${FIELDS}
     from (
       select page.* from gate_groups gg
       cross join unnest($2::text[]) as wanted (state)
       cross join lateral (
         select artifact, state, since from gates
         where group_num = gg.num and state = wanted.state::gate_state
           and ($3::timestamptz is null or since ${behind}= $3::timestamptz)
           and ($3::timestamptz is null or since ${behind} $3::timestamptz or artifact ${behind} $4::bigint)
         order by since ${direction}, artifact ${direction} limit $5::int
       ) as page
       where gg.group_id = $1::text
       order by page.since ${direction}, page.artifact ${direction} limit $5::int
     ) as g
     cross join lateral (select * from artifacts where first_seq = g.artifact offset 0) as a
     order by g.since ${direction}, g.artifact ${direction}`,
    [groupId, states, after?.since ?? null, after?.artifact ?? null, limit],
  )
}

/** A name, or with `isPrefix` how it begins. */
export interface NameFilter {
  text: string
  isPrefix: boolean
}

/**
 * The same of artifacts that are called so. Index artifacts_name, and for each gates_pkey.
 *
 * @returns undefined when more than MAX_NAMED are called so
 */
export async function selectNamedGates(
  connection: Connection,
  { groupId, states, order, after, limit }: GatePage,
  { text: name, isPrefix }: NameFilter,
): Promise<GateRow[] | undefined> {
  const [direction, behind] = order === 'recent' ? ['desc', '<'] : ['asc', '>']
  const rows = await connection.query<GateRow & { named: number }>(
    `with named as materialized (
       select * from artifacts a
       where ${isPrefix ? 'a.name >= $6::text and a.name < $7::text' : 'a.name = $6::text and $7::text is null'}
       limit ${MAX_NAMED + 1}
     ), counted as (select count(*)::int as named from named)
     select counted.named, g.artifact, g.state::text, g.since, ${FIELDS}
     from counted left join (
       named a join gate_groups gg on gg.group_id = $1::text
       cross join lateral (
         select artifact, state, since from gates where group_num = gg.num and artifact = a.first_seq offset 0
       ) as g
     ) on g.state::text = any($2::text[])
       and ($3::timestamptz is null or g.since ${behind} $3::timestamptz
            or g.since = $3::timestamptz and g.artifact ${behind} $4::bigint)
     order by g.since ${direction}, g.artifact ${direction} limit $5::int`,
    [
      groupId,
      states,
      after?.since ?? null,
      after?.artifact ?? null,
      limit,
      name,
      isPrefix ? `${name}\u{10ffff}` : null,
    ],
  )
  if ((rows[0]?.named ?? 0) > MAX_NAMED) return undefined
  return rows.filter(({ artifact }) => artifact !== null)
}

export interface CellRow extends GateCell {
  /** The place of its artifact in what was asked for, from 1. */
  place: number
  /** When its latest event was recorded; null when there is none. */
  recorded_at: string | null
}

/** How far failures are counted. */
const MAX_FAILURES = 100

/**
 * For each artifact, and each receiver of the group in its order, the latest event up to `seqs`, and how long it has been
 * failing. Index events_gate.
 *
 * @param at only events that were recorded up to then
 */
export function selectCells(
  connection: Connection,
  groupId: string,
  artifacts: readonly { nvrpp: Buffer; last_seq: string }[],
  at: string | undefined,
): Promise<CellRow[]> {
  const moment = at === undefined ? '$4::timestamptz is null' : 'created_at <= $4::timestamptz'
  return connection.query<CellRow>(
    `select a.place::int, m.event_receiver_id,
            case when latest.success then 'passed' when not latest.success then 'failed' else 'missing' end as state,
            latest.id as event_id, latest.created_at as recorded_at,
            coalesce(failing.since, latest.created_at) as since, coalesce(failing.failures, 0) as failures
     from unnest($2::bytea[], $3::bigint[]) with ordinality as a (nvrpp, last_seq, place)
     cross join lateral (
       select event_receiver_id, position from event_receiver_group_members where group_id = $1::text offset 0
     ) as m
     left join lateral (
       select id, seq, success, created_at from events
       where nvrpp = a.nvrpp and event_receiver_id = m.event_receiver_id and seq <= a.last_seq and ${moment}
       order by seq desc limit 1
     ) as latest on true
     left join lateral (
       select count(*)::int as failures, min(created_at) as since from (
         select created_at from events
         where nvrpp = a.nvrpp and event_receiver_id = m.event_receiver_id and seq <= latest.seq and ${moment} and not success
           and seq > coalesce((
             select seq from events
             where nvrpp = a.nvrpp and event_receiver_id = m.event_receiver_id and seq <= latest.seq and ${moment} and success
             order by seq desc limit 1
           ), 0)
         order by seq desc limit ${MAX_FAILURES}
       ) as failures
     ) as failing on not latest.success
     order by a.place, m.position`,
    [groupId, artifacts.map(({ nvrpp }) => nvrpp), artifacts.map(({ last_seq }) => last_seq), at ?? null],
  )
}

/** More than this is not counted. */
export const MAX_COUNTED = 1_000

/** How many artifacts stand at a gate, by state; superseded ones are left out. Index gates_since. */
export async function countGates(
  connection: Connection,
  groupId: string,
): Promise<Record<GateState, number>> {
  const rows = await connection.query<{ state: GateState; count: number }>(
    `select wanted.state, (
       select count(*)::int from (
         select from gates where group_num = gg.num and state = wanted.state::gate_state order by since limit ${MAX_COUNTED + 1}
       ) as counted
     ) as count
     from gate_groups gg cross join unnest(array['open', 'failed', 'missing']) as wanted (state)
     where gg.group_id = $1::text`,
    [groupId],
  )
  return {
    open: 0,
    failed: 0,
    missing: 0,
    ...Object.fromEntries(rows.map(({ state, count }) => [state, count])),
  }
}

export interface SeenPage {
  groupId: string
  /** Only events with ids below this one. @default all */
  top: string | undefined
  /** Where the page before ended: only artifacts without an event from there on. @default the first page */
  before: string | undefined
  limit: number
}

export interface SeenRow extends Nvrpp {
  nvrpp: Buffer
  /** Of its newest event here, below `before`. */
  id: string
  is_superseded: boolean
}

/**
 * Artifacts of which the group's receivers have an event, whether superseded or not, the one with the newest event first.
 * Index events_event_receiver for each receiver; what stands further back than its page is on a later one. Whether it is superseded is
 * asked of each (artifacts_nvrpp, gates_pkey), and not made out from all that stand at the gate.
 *
 * @returns `next`: where the next page begins; null when this is the last one
 */
export async function selectSeen(
  connection: Connection,
  { groupId, top, before, limit }: SeenPage,
): Promise<{ rows: SeenRow[]; next: string | null }> {
  const rows = await connection.query<SeenRow & { next: string | null }>(
    `with members as materialized (
       select event_receiver_id from event_receiver_group_members where group_id = $1::text
     ), pages as materialized (
       select m.event_receiver_id, e.* from members m cross join lateral (
         select id, nvrpp, name, version, release, platform_id, package from events
         where event_receiver_id = m.event_receiver_id and (coalesce($3::text, $2::text) is null or id < coalesce($3::text, $2::text))
         order by id desc limit $4::int
       ) as e
     ), ends as (
       select max(last) as next from (
         select min(id) as last from pages group by event_receiver_id having count(*) = $4::int
       ) as full_pages
     ), newest as (
       select nvrpp, name, version, release, platform_id, package, max(id) as id from pages group by 1, 2, 3, 4, 5, 6
     )
     select ends.next, n.*, not exists (
              select from (select first_seq from artifacts where nvrpp = n.nvrpp offset 0) as a
              join gate_groups gg on gg.group_id = $1::text
              join gates g on g.group_num = gg.num and g.artifact = a.first_seq
            ) as is_superseded
     from ends left join newest n on (ends.next is null or n.id >= ends.next) and ($3::text is null or not exists (
       select from members m join events e on e.nvrpp = n.nvrpp and e.event_receiver_id = m.event_receiver_id
       where e.id >= $3::text and ($2::text is null or e.id < $2::text)
     ))
     order by n.id desc`,
    [groupId, top ?? null, before ?? null, limit],
  )
  return { rows: rows.filter(({ id }) => id !== null), next: rows[0]?.next ?? null }
}
