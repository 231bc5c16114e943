import { type CdEventReceiver, receiverFor } from '@epr/cdevents'
import type { Client } from '@epr/client'
import { toJsonText } from '@epr/model'
import { UsageError } from '../../exit/usage-error.js'
import { ensureReceiver } from '../../objects/install-receivers.js'
import type { Context } from '../../settings/context.js'
import { printAll } from './list.js'
import { toEventType, typesOfRelease } from './types.js'

interface Installed {
  type: string
  id: string
  /** False when it was there. */
  created: boolean
}

/** Creates the receivers of event types that do not exist yet; with --dry-run shows them all. */
export async function install(
  context: Context,
  release: string | undefined,
  names: string[],
): Promise<undefined> {
  const { output, settings } = context
  const receivers = toReceivers(release, names)
  if (settings.dryRun)
    return output.format === 'table' ? showAll(context, receivers) : output.object(receivers, 4)
  const client = await context.connect('record')
  const installed: Installed[] = []
  try {
    for (const receiver of receivers) installed.push(await ensure(client, receiver))
  } finally {
    // What was created is reported, also when the next could not be.
    if (installed.length > 0) await report(context, installed)
  }
}

function toReceivers(release: string | undefined, names: readonly string[]): CdEventReceiver[] {
  if (names.length > 0 && release !== undefined) throw new UsageError('give either types or --release')
  const types = names.length > 0 ? names.map(toEventType) : typesOfRelease(release).map(({ type }) => type)
  return [...new Set(types)].map(receiverFor)
}

async function showAll(context: Context, receivers: readonly CdEventReceiver[]): Promise<undefined> {
  return printAll(
    context,
    receivers.map(({ schema, ...rest }) => ({ ...rest, schema: schema.$id })),
  )
}

async function ensure(client: Client, receiver: CdEventReceiver): Promise<Installed> {
  const schema = toJsonText(JSON.stringify(receiver.schema))
  return { type: receiver.type, ...(await ensureReceiver(client, { ...receiver, schema })) }
}

async function report(context: Context, installed: readonly Installed[]): Promise<void> {
  const { output } = context
  await printAll(
    context,
    installed.map((each) => ({ ...each })),
  )
  if (output.format !== 'table') return
  const created = installed.filter((each) => each.created).length
  const sum = `event receivers: ${created} created, ${installed.length - created} were there`
  output.line(`${output.style.green('✓')} ${sum}`)
}
