import {
  type DefinitionFilter,
  type EventReceiver,
  fromJsonText,
  type JsonText,
  type Page,
  type PageRequest,
  type ReceiverField,
  SEARCHED,
} from '@epr/model'
import type { Connection } from './database.js'
import { addMatches, addPageConditions, createConditions, toPage } from './page.js'

/** An event receiver as it is stored: the schema is the text that was sent. */
export interface StoredReceiver extends Omit<EventReceiver, 'schema'> {
  schema: JsonText
}

const RECEIVER_COLUMNS = SEARCHED.receiver.fields satisfies readonly (keyof StoredReceiver)[]

export async function insertReceiver(connection: Connection, receiver: StoredReceiver): Promise<void> {
  await connection.query(
    `insert into event_receivers (id, name, type, version, description, schema, fingerprint, created_at)
     values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::json, $7::text, $8::timestamptz)`,
    [
      receiver.id,
      receiver.name,
      receiver.type,
      receiver.version,
      receiver.description,
      fromJsonText(receiver.schema),
      receiver.fingerprint,
      receiver.created_at,
    ],
  )
}

/** The receivers of `ids` that exist, in no order. */
export function selectReceiversById(
  connection: Connection,
  ids: readonly string[],
): Promise<StoredReceiver[]> {
  return connection.query<StoredReceiver>(
    {
      name: 'select_receivers',
      text: `select ${RECEIVER_COLUMNS.join(', ')} from event_receivers where id = any ($1::text[])`,
    },
    [ids],
  )
}

/** Which receivers are wanted, which page of them, and which of their fields. */
export interface ReceiverSearch {
  filter: DefinitionFilter
  page: PageRequest
  fields: readonly ReceiverField[]
}

export async function selectReceivers(
  connection: Connection,
  { filter, page, fields }: ReceiverSearch,
): Promise<Page<StoredReceiver>> {
  const conditions = createConditions()
  addMatches(conditions, { ...filter })
  addPageConditions(conditions, page)
  conditions.values.push(page.limit + 1)
  const rows = await connection.query<StoredReceiver>(
    `select ${fields.join(', ')} from event_receivers ${conditions.toSql()}
     order by id ${page.order} limit $${conditions.values.length}::int`,
    conditions.values,
  )
  return toPage(rows, page.limit)
}

/** What receivers are called, in the order of `ids`; those that an import did not bring are left out. */
export function selectReceiverNames(
  connection: Connection,
  ids: readonly string[],
): Promise<{ id: string; name: string; version: string }[]> {
  return connection.query(
    `select r.id, r.name, r.version from unnest($1::text[]) with ordinality as wanted (id, place)
     join event_receivers r on r.id = wanted.id order by wanted.place`,
    [ids],
  )
}
