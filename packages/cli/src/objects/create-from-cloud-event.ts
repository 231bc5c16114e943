import { UsageError } from '../exit/usage-error.js'
import { readObjectFlag } from '../input/input.js'
import type { Context } from '../settings/context.js'
import { toFlagName } from '../settings/flags.js'

export interface CloudEventRequest {
  /** JSON, YAML, `@file` or `@-`. */
  cloudevent: string
  event_receiver_id?: string | undefined
}

/**
 * Records a CloudEvent as it stands, for the event receiver of its type or the one that is named.
 *
 * @param others other flags of the event: a CloudEvent says that itself, and two answers to one question would hide a mistake
 */
export async function createFromCloudEvent(
  { settings, stdin, output, connect }: Context,
  { cloudevent, event_receiver_id: receiver }: CloudEventRequest,
  others: Readonly<Record<string, unknown>>,
): Promise<undefined> {
  const typed = Object.keys(others).filter((field) => others[field] !== undefined)
  if (typed.length > 0) {
    const hint = 'the CloudEvent says that itself, in attributes like eprname and eprsuccess'
    throw new UsageError(`--cloudevent and ${typed.map(toFlagName).join(', ')} exclude each other: ${hint}`)
  }
  const event = await readObjectFlag('--cloudevent', cloudevent, stdin)
  if (settings.dryRun) return output.object(event, 4)
  const { events } = await connect('record')
  return output.created('event created', await events.createFromCloudEvent(event, { receiver }))
}
