import { type EventReceiverGroup, fromJsonText } from '@epr/model'
import type { NewActor } from '../storage/actors.js'
import type { Connection } from '../storage/database.js'
import type { StoredEvent } from '../storage/events.js'
import { insertMembers } from '../storage/groups.js'
import type { StoredReceiver } from '../storage/receivers.js'

/** An event about to be imported. */
export interface ImportedEvent extends StoredEvent {
  /** SHA-256 of the NVRPP. */
  nvrpp: Buffer
}

/** Who has recorded what is imported, as far as is known. */
export const IMPORTER: NewActor = {
  principal: 'system:import',
  type: 'system',
  issuer: '',
  subject: 'import',
  label: 'epr-server import',
}

/** Each writes what is not there yet and sends no message: one was sent when it happened. */

const countOf = (rows: readonly { count: number }[]): number => rows[0]?.count ?? 0

/** @returns how many were new */
export async function importReceivers(
  connection: Connection,
  receivers: readonly StoredReceiver[],
): Promise<number> {
  const column = (pick: (receiver: StoredReceiver) => unknown) => receivers.map(pick)
  return countOf(
    await connection.query<{ count: number }>(
      `with imported as (
         insert into event_receivers (id, name, type, version, description, schema, fingerprint, created_at)
         select id, name, type, version, description, schema::json, fingerprint, created_at
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                     $8::timestamptz[]) as r (id, name, type, version, description, schema, fingerprint, created_at)
         on conflict (id) do nothing returning id
       ) select count(*)::int as count from imported`,
      [
        column(({ id }) => id),
        column(({ name }) => name),
        column(({ type }) => type),
        column(({ version }) => version),
        column(({ description }) => description),
        column(({ schema }) => fromJsonText(schema)),
        column(({ fingerprint }) => fingerprint),
        column(({ created_at }) => created_at),
      ],
    ),
  )
}

/** @returns whether it was new */
export async function importGroup(connection: Connection, group: EventReceiverGroup): Promise<boolean> {
  const { id, name, type, version, description, enabled, created_at, updated_at } = group
  const imported = await connection.query(
    `insert into event_receiver_groups (id, name, type, version, description, enabled, created_at, updated_at)
     values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::boolean, $7::timestamptz, $8::timestamptz)
     on conflict (id) do nothing returning id`,
    [id, name, type, version, description, enabled, created_at, updated_at],
  )
  if (imported.length === 0) return false
  await insertMembers(connection, group)
  return true
}

/** In the order of the array, which becomes the order of acceptance. @returns how many were new */
export async function importEvents(
  connection: Connection,
  events: readonly ImportedEvent[],
  actorId: number,
): Promise<number> {
  const column = (pick: (event: ImportedEvent) => unknown) => events.map(pick)
  return countOf(
    await connection.query<{ count: number }>(
      {
        name: 'import_events',
        text: `
          with imported as (
            insert into events (id, nvrpp, name, version, release, platform_id, package, description, payload,
                                payload_bytes, success, event_receiver_id, created_at, actor_id)
            select id, nvrpp, name, version, release, platform_id, package, description, payload::json,
                   octet_length(payload), success, event_receiver_id, created_at, $13::int
            from unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::text[], $9::text[], $10::boolean[], $11::text[], $12::timestamptz[]) with ordinality
                 as e (id, nvrpp, name, version, release, platform_id, package, description, payload,
                       success, event_receiver_id, created_at, position)
            order by position
            on conflict (id) do nothing returning id
          ) select count(*)::int as count from imported`,
      },
      [
        column(({ id }) => id),
        column(({ nvrpp }) => nvrpp),
        column(({ name }) => name),
        column(({ version }) => version),
        column(({ release }) => release),
        column(({ platform_id }) => platform_id),
        column((event) => event.package),
        column(({ description }) => description),
        column(({ payload }) => fromJsonText(payload)),
        column(({ success }) => success),
        column(({ event_receiver_id }) => event_receiver_id),
        column(({ created_at }) => created_at),
        actorId,
      ],
    ),
  )
}
