import {
  type Actor,
  type DefinitionFilter,
  type EventReceiverGroup,
  type GroupField,
  type Page,
  type PageRequest,
  SEARCHED,
} from '@epr/model'
import { actorOf } from './actors.js'
import type { Connection } from './database.js'
import { addMatches, addPageConditions, createConditions, toPage } from './page.js'

const MEMBERS = `array(
  select event_receiver_id from event_receiver_group_members where group_id = g.id order by position
) as event_receiver_ids`

const selected = (fields: readonly GroupField[]): string =>
  fields.map((field) => (field === 'event_receiver_ids' ? MEMBERS : field)).join(', ')

export async function insertGroup(connection: Connection, group: EventReceiverGroup): Promise<void> {
  await connection.query(
    `insert into event_receiver_groups (id, name, type, version, description, enabled, created_at, updated_at)
     values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::boolean, $7::timestamptz, $8::timestamptz)`,
    [
      group.id,
      group.name,
      group.type,
      group.version,
      group.description,
      group.enabled,
      group.created_at,
      group.updated_at,
    ],
  )
  await insertMembers(connection, group)
}

/** Writes which receivers a group holds, and for the gate beside each the others, the last first. */
export async function insertMembers(
  connection: Connection,
  { id, event_receiver_ids }: Pick<EventReceiverGroup, 'id' | 'event_receiver_ids'>,
): Promise<void> {
  await connection.query(
    `with member as (select * from unnest($2::text[]) with ordinality as m (id, position))
     insert into event_receiver_group_members (group_id, event_receiver_id, position, others)
     select $1::text, id, position, array(
       select other.id from member other where other.id <> member.id order by other.position desc
     ) from member`,
    [id, event_receiver_ids],
  )
}

/** Enables or disables a group. `updated_at` moves forward even when the clock does not. */
export async function updateGroupEnabled(
  connection: Connection,
  id: string,
  enabled: boolean,
): Promise<{ updated_at: string; was_enabled: boolean } | undefined> {
  const [row] = await connection.query<{ updated_at: string; was_enabled: boolean }>(
    `update event_receiver_groups g
     set enabled = $2::boolean, updated_at = greatest(clock_timestamp(), g.updated_at + interval '1 microsecond')
     from (select id, enabled from event_receiver_groups where id = $1::text for update) as old
     where g.id = old.id returning g.updated_at, old.enabled as was_enabled`,
    [id, enabled],
  )
  return row
}

/** The groups of `ids` that exist, in no order. */
export function selectGroupsById(
  connection: Connection,
  ids: readonly string[],
): Promise<EventReceiverGroup[]> {
  return connection.query<EventReceiverGroup>(
    {
      name: 'select_groups',
      text: `select ${selected(SEARCHED.group.fields)} from event_receiver_groups g where id = any ($1::text[])`,
    },
    [ids],
  )
}

/** Which groups are wanted, which page of them, and which of their fields. */
export interface GroupSearch {
  filter: DefinitionFilter
  page: PageRequest
  fields: readonly GroupField[]
}

export async function selectGroups(
  connection: Connection,
  { filter, page, fields }: GroupSearch,
): Promise<Page<EventReceiverGroup>> {
  const conditions = createConditions()
  addMatches(conditions, { ...filter })
  addPageConditions(conditions, page)
  conditions.values.push(page.limit + 1)
  const rows = await connection.query<EventReceiverGroup>(
    `select ${selected(fields)} from event_receiver_groups g ${conditions.toSql()}
     order by id ${page.order} limit $${conditions.values.length}::int`,
    conditions.values,
  )
  return toPage(rows, page.limit)
}

export interface LatestEvent {
  event_receiver_id: string
  /** Null for a receiver that an import did not bring. */
  name: string | null
  version: string | null
  description: string | null
  event_id: string | null
  success: boolean | null
  created_at: string | null
  /** Who recorded it. */
  actor: Actor | null
}

/** For each receiver of a group, in the group's order, its latest event for an NVRPP. Index events_gate. */
export function selectLatestEvents(
  connection: Connection,
  groupId: string,
  nvrpp: Buffer,
): Promise<LatestEvent[]> {
  return connection.query<LatestEvent>(
    `select m.event_receiver_id, r.name, r.version, latest.id as event_id, latest.description, latest.success, latest.created_at,
            ${actorOf('latest')} as actor
     from event_receiver_group_members m
     left join event_receivers r on r.id = m.event_receiver_id
     left join lateral (
       select e.id, e.description, e.success, e.created_at, e.actor_id from events e
       where e.nvrpp = $2::bytea and e.event_receiver_id = m.event_receiver_id
       order by e.seq desc limit 1
     ) as latest on true
     where m.group_id = $1::text order by m.position`,
    [groupId, nvrpp],
  )
}
