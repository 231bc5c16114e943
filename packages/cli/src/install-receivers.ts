import { isDeepStrictEqual } from 'node:util'
import type { Client } from '@epr/client'
import { fingerprint, fromJsonText, type JsonText } from '@epr/model'
import type { Context } from './context.js'

/** An event receiver as it is sent. */
export interface ReceiverObject {
  name: string
  type: string
  version: string
  description: string
  schema: JsonText
}

/** The newest event receiver with the same fingerprint and an equal schema. */
export async function findInstalled(
  { receivers }: Client,
  wanted: ReceiverObject,
): Promise<string | undefined> {
  const { name, type, version } = wanted
  const schema: unknown = JSON.parse(fromJsonText(wanted.schema))
  const fields = ['id', 'fingerprint', 'schema'] as const
  for await (const found of receivers.findAll({ name, type, version }, { fields, order: 'desc' })) {
    if (found.fingerprint === fingerprint(wanted) && isDeepStrictEqual(found.schema, schema)) return found.id
  }
  return undefined
}

/** Creates those that do not exist yet, and shows all with their ids. With --dry-run it shows what they are. */
export async function installReceivers(
  { settings, output, connect }: Context,
  receivers: readonly ReceiverObject[],
): Promise<undefined> {
  if (settings.dryRun) {
    for (const receiver of receivers) await output.object(receiver, 4)
    return undefined
  }
  const client = await connect()
  const rows: { id: string; name: string; type: string; version: string; created: boolean }[] = []
  for (const receiver of receivers) {
    const { name, type, version } = receiver
    const existing = await findInstalled(client, receiver)
    const id = existing ?? (await client.receivers.create(receiver))
    rows.push({ id, name, type, version, created: existing === undefined })
  }
  if (output.format !== 'table') return output.object(rows)
  const { toTable } = await import('./table.js')
  output.line(toTable(rows, ['id', 'name', 'type', 'version', 'created'], output.style, output.width))
  return undefined
}
