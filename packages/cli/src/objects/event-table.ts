import type { Client } from '@epr/client'
import { NVRPP_FIELDS } from '@epr/model'
import type { Row } from '../output/table.js'

/** What people look for in events: when, how it went, who said so, of what, and what has happened. */
const COLUMNS = ['created_at', 'success', 'receiver', 'artifact', 'description', 'actor', 'id']
/** On fewer columns an id, which is never cut, would leave nothing of the words. */
const WIDE = 100

/** The columns of a table that is so wide; undefined where there is no terminal. Without those who recorded, where none is known. */
export function eventColumns(width: number | undefined, events: readonly Row[]): string[] {
  const columns = width === undefined || width >= WIDE ? COLUMNS : COLUMNS.slice(0, -1)
  return events.some(({ actor }) => actor) ? columns : columns.filter((column) => column !== 'actor')
}

/** What is asked for to show that. */
export const EVENT_TABLE_FIELDS = [
  ...['id', ...NVRPP_FIELDS, 'description', 'success'],
  ...['event_receiver_id', 'created_at', 'actor'],
]

/** From how many names on all are asked for at once. */
const MANY = 50

/** Name and version of event receivers by their ids. */
async function findNames({ receivers }: Client, ids: ReadonlySet<string>): Promise<Map<string, string>> {
  const fields = ['id', 'name', 'version'] as const
  const found =
    ids.size > MANY
      ? await receivers.find({}, { fields })
      : (await Promise.all([...ids].map((id) => receivers.find({ id }, { fields, limit: 1 })))).flat()
  return new Map(found.map(({ id, name, version }) => [id, `${name}@${version}`]))
}

/** Events as people read them in a table. */
export async function toEventRows(client: Client, events: readonly Row[]): Promise<Row[]> {
  const ids = new Set(events.map(({ event_receiver_id }) => String(event_receiver_id)))
  const names = await findNames(client, ids)
  return events.map((event) => ({
    ...event,
    receiver: names.get(String(event.event_receiver_id)) ?? event.event_receiver_id,
    artifact: NVRPP_FIELDS.map((field) => event[field]).join(' '),
  }))
}
