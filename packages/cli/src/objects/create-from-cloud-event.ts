import { NVRPP_FIELDS } from '@epr/model'
import { UsageError } from '../exit/usage-error.js'
import { readObjectFlag } from '../input/input.js'
import { type Context, type Flags, textFlag, toFlagKey, toFlagName } from '../settings/context.js'

/** What a CloudEvent says itself: two answers to one question would hide a mistake. */
const SAID_BY_EVENT = [...NVRPP_FIELDS, 'description', 'payload', 'success']

/** Records a CloudEvent as it stands, for the event receiver of its type or the one that is named. */
export async function createFromCloudEvent(
  { settings, stdin, output, connect }: Context,
  value: string,
  flags: Flags,
): Promise<undefined> {
  const others = SAID_BY_EVENT.filter((field) => flags[toFlagKey(field)] !== undefined).map(toFlagName)
  if (others.length > 0) {
    const hint = 'the CloudEvent says that itself, in attributes like eprname and eprsuccess'
    throw new UsageError(`--cloudevent and ${others.join(', ')} exclude each other: ${hint}`)
  }
  const cloudEvent = await readObjectFlag('--cloudevent', value, stdin)
  if (settings.dryRun) return output.object(cloudEvent, 4)
  const { events } = await connect()
  const receiver = textFlag(flags, 'eventReceiverId')
  return output.created('event created', await events.createFromCloudEvent(cloudEvent, { receiver }))
}
