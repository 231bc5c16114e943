import { UsageError } from '../exit/usage-error.js'
import { readObjectFlag } from '../input/input.js'
import type { Context } from '../settings/context.js'
import { toFlagName } from '../settings/flags.js'
import { assertOne, RECEIVER_NAMES, toId } from './by-name.js'

export interface CloudEventRequest {
  /** JSON, YAML, `@file` or `@-`. */
  cloudevent: string
  event_receiver_id?: string | undefined
  /** Its name, in place of the id. */
  receiver?: string | undefined
}

/**
 * Records a CloudEvent as it stands, for the event receiver of its type or the one that is named.
 *
 * @param others other flags of the event: a CloudEvent says that itself, and two answers to one question would hide a mistake
 */
export async function createFromCloudEvent(
  { settings, stdin, output, connect }: Context,
  { cloudevent, ...named }: CloudEventRequest,
  others: Readonly<Record<string, unknown>>,
): Promise<undefined> {
  const typed = Object.keys(others).filter((field) => others[field] !== undefined)
  if (typed.length > 0) {
    const hint = 'the CloudEvent says that itself, in attributes like eprname and eprsuccess'
    throw new UsageError(`--cloudevent and ${typed.map(toFlagName).join(', ')} exclude each other: ${hint}`)
  }
  const event = await readObjectFlag('--cloudevent', cloudevent, stdin)
  if (named.receiver !== undefined) assertOne(RECEIVER_NAMES, { ...named })
  if (settings.dryRun) return output.object(event, 4)
  const { events, receivers } = await connect('record')
  const isNamed = named.receiver !== undefined || named.event_receiver_id !== undefined
  const receiver = isNamed ? await toId(RECEIVER_NAMES, { ...named }, receivers) : undefined
  return output.created('event created', await events.createFromCloudEvent(event, { receiver }))
}
