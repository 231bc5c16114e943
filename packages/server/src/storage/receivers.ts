import { type EventReceiver, fromJsonText, type JsonText } from '@epr/model'
import type { Connection } from './database.js'
import { addMatches, addPageConditions, createConditions, type Found, type Page, toFound } from './page.js'

/** An event receiver as it is stored: the schema is the text that was sent. */
export interface StoredReceiver extends Omit<EventReceiver, 'schema'> {
  schema: JsonText
}

export const RECEIVER_COLUMNS = [
  'id',
  'name',
  'type',
  'version',
  'description',
  'schema',
  'fingerprint',
  'created_at',
] as const satisfies readonly (keyof StoredReceiver)[]
export type ReceiverColumn = (typeof RECEIVER_COLUMNS)[number]

/** What receivers and groups can be searched by. */
export interface DefinitionFilter {
  id?: string | null | undefined
  name?: string | null | undefined
  type?: string | null | undefined
  version?: string | null | undefined
}

export async function insertReceiver(connection: Connection, receiver: StoredReceiver): Promise<void> {
  await connection.query(
    `insert into event_receivers (id, name, type, version, description, schema, fingerprint, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
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

/** Which receivers are wanted, which page of them, and which of their columns. */
export interface ReceiverSearch {
  filter: DefinitionFilter
  page: Page
  columns: readonly ReceiverColumn[]
}

export async function selectReceivers(
  connection: Connection,
  { filter, page, columns }: ReceiverSearch,
): Promise<Found<StoredReceiver>> {
  const conditions = createConditions()
  addMatches(conditions, { ...filter })
  addPageConditions(conditions, page)
  conditions.values.push(page.limit + 1)
  const rows = await connection.query<StoredReceiver>(
    `select ${columns.join(', ')} from event_receivers ${conditions.toSql()}
     order by id ${page.order} limit $${conditions.values.length}`,
    conditions.values,
  )
  return toFound(rows, page.limit)
}
