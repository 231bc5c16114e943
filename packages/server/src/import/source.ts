import type { Event, EventReceiverGroup } from '@epr/model'
import type { Connection } from '../storage/database.js'
import type { StoredEvent } from '../storage/events.js'
import type { StoredReceiver } from '../storage/receivers.js'

/**
 * The tables that the original server makes (GORM's AutoMigrate, in `public`): `events`, `event_receivers`,
 * `event_receiver_groups` and `event_receiver_group_to_event_receivers`. Payloads and schemas are `jsonb` there,
 * so their text is PostgreSQL's and not the sender's.
 */
const TABLES = [
  'events',
  'event_receivers',
  'event_receiver_groups',
  'event_receiver_group_to_event_receivers',
] as const

/** Those that are not there. */
export async function missingOriginalTables(connection: Connection): Promise<string[]> {
  const rows = await connection.query<{ name: string }>(
    "select name from unnest($1::text[]) as name where to_regclass('public.' || name) is null",
    [[...TABLES]],
  )
  return rows.map(({ name }) => name)
}

export function selectOriginalReceivers(connection: Connection): Promise<StoredReceiver[]> {
  return connection.query<StoredReceiver>(
    `select id, name, type, version, description, schema::json as schema, fingerprint, created_at
     from public.event_receivers order by created_at, id`,
  )
}

/** Nothing keeps the original from naming a receiver twice in a group: here its first place counts. */
export function selectOriginalGroups(connection: Connection): Promise<EventReceiverGroup[]> {
  return connection.query<EventReceiverGroup>(
    `select id, name, type, version, description, enabled, created_at, updated_at,
            array(
              select event_receiver_id from public.event_receiver_group_to_event_receivers
              where event_receiver_group_id = g.id group by event_receiver_id order by min(id)
            )::text[] as event_receiver_ids
     from public.event_receiver_groups g order by created_at, id`,
  )
}

/**
 * Opens a cursor over the ids of all events in the order in which they were recorded. It lives as long as the
 * transaction, and sees what was there when it was opened.
 */
export async function openOriginalEvents(connection: Connection): Promise<void> {
  // Sorting millions takes longer than a request may.
  await connection.query('set local statement_timeout = 0')
  await connection.query(
    'declare original_events no scroll cursor for select id from public.events order by created_at, id',
  )
}

/** The next events of the cursor, none at its end. Ids first, because sorting payloads would cost disk. */
export async function fetchOriginalEvents(connection: Connection, count: number): Promise<StoredEvent[]> {
  const ids = await connection.query<{ id: string }>(`fetch ${Math.trunc(count)} from original_events`)
  return connection.query<Event & StoredEvent>(
    {
      name: 'select_original_events',
      text: `select e.id, name, version, release, platform_id, package, description, payload::json as payload,
                    success, event_receiver_id, created_at
             from unnest($1::text[]) with ordinality as wanted (id, position)
             join public.events e on e.id = wanted.id order by position`,
    },
    [ids.map(({ id }) => id)],
  )
}
