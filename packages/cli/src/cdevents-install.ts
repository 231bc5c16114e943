import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type CdEventReceiver, receiverFor } from '@epr/cdevents'
import type { Client } from '@epr/client'
import { fingerprint } from '@epr/model'
import { printRows } from './cdevents-list.js'
import { toEventType, typesOfRelease } from './cdevents-types.js'
import type { Context, Flags } from './context.js'
import { UsageError } from './usage-error.js'

interface Installed {
  type: string
  id: string
  /** False when it was there. */
  created: boolean
}

/** Creates the receivers of event types that do not exist yet; with --dry-run shows them all. */
export async function install(context: Context, flags: Flags, names: string[]): Promise<undefined> {
  const { output, settings } = context
  const receivers = toReceivers(flags, names)
  if (settings.dryRun)
    return output.format === 'table' ? showAll(context, receivers) : output.object(receivers, 4)
  const client = await context.connect()
  const installed: Installed[] = []
  try {
    for (const receiver of receivers) installed.push(await ensureReceiver(client, receiver))
  } finally {
    // What was created is told, also when the next could not be.
    if (installed.length > 0) await tell(context, installed)
  }
}

function toReceivers(flags: Flags, names: readonly string[]): CdEventReceiver[] {
  if (names.length > 0 && flags.release !== undefined) throw new UsageError('give either types or --release')
  const types = names.length > 0 ? names.map(toEventType) : typesOfRelease(flags).map(({ type }) => type)
  return [...new Set(types)].map(receiverFor)
}

async function showAll(context: Context, receivers: readonly CdEventReceiver[]): Promise<undefined> {
  return printRows(
    context,
    receivers.map(({ schema, ...rest }) => ({ ...rest, schema: schema.$id })),
  )
}

/** The receiver with this fingerprint and schema, made when there is none. */
async function ensureReceiver({ receivers }: Client, receiver: CdEventReceiver): Promise<Installed> {
  const { name, type, version } = receiver
  const expected = fingerprint(receiver)
  const found = await receivers.find({ name, type, version }, { fields: ['id', 'fingerprint', 'schema'] })
  const same = found.find(
    (each) => each.fingerprint === expected && isDeepStrictEqual(each.schema, receiver.schema),
  )
  if (same) return { type, id: same.id, created: false }
  // Two that install at the same time create one.
  const idempotencyKey = `cdevents-${createHash('sha256').update(JSON.stringify(receiver)).digest('hex')}`
  return { type, id: await receivers.create(receiver, { idempotencyKey }), created: true }
}

async function tell(context: Context, installed: readonly Installed[]): Promise<void> {
  const { output } = context
  await printRows(
    context,
    installed.map((each) => ({ ...each })),
  )
  if (output.format !== 'table') return
  const created = installed.filter((each) => each.created).length
  const sum = `event receivers: ${created} created, ${installed.length - created} were there`
  output.line(`${output.style.green('✓')} ${sum}`)
}
