import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Client } from '@epr/client'
import { fingerprint, fromJsonText, type JsonText, stringifyJson } from '@epr/model'
import type { Context } from '../settings/context.js'

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

/** The newest event receiver with the same fingerprint and an equal schema, or a new one when there is none. */
export async function ensureReceiver(
  client: Client,
  wanted: ReceiverObject,
): Promise<{ id: string; created: boolean }> {
  const existing = await findInstalled(client, wanted)
  if (existing !== undefined) return { id: existing, created: false }
  // Two that install at the same time create one.
  const idempotencyKey = `install-${createHash('sha256').update(stringifyJson(wanted)).digest('hex')}`
  return { id: await client.receivers.create(wanted, { idempotencyKey }), created: true }
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
  const client = await connect('record')
  const rows: { id: string; name: string; type: string; version: string; created: boolean }[] = []
  for (const receiver of receivers) {
    const { name, type, version } = receiver
    const { id, created } = await ensureReceiver(client, receiver)
    rows.push({ id, name, type, version, created })
  }
  if (output.format !== 'table') return output.object(rows)
  const { toTable } = await import('../output/table.js')
  const fields = ['id', 'name', 'type', 'version', 'created']
  await output.show(toTable(rows, fields, output.style, { width: output.width }))
  return undefined
}
