import type { Client } from '@epr/client'
import { EprError } from '@epr/model'
import { readJsonFlag } from '../input/input.js'
import { type Context, type Flags, textFlag, toFlagKey, toFlagName } from '../settings/context.js'
import { assertChecked, checkObject, mayLackReceiver } from './check-object.js'
import { KINDS, type Kind, type KindName } from './kinds.js'

/** Creates what the flags say, or with --dry-run shows it. */
export async function create(context: Context, name: KindName, flags: Flags): Promise<undefined> {
  const kind = KINDS[name]
  const object = await readObject(context, kind, flags)
  if (context.settings.dryRun) return context.output.object(object, 4)
  const client = await context.connect()
  const id = await kind.create(client, object).catch(async (error: unknown) => {
    throw (await findLackingReceiver(client, object, error)) ?? error
  })
  return context.output.created(`${kind.noun} created`, id)
}

async function readObject({ stdin }: Context, kind: Kind, flags: Flags) {
  const names = Object.keys(kind.input.shape)
  const fields = Object.fromEntries(names.map((name) => [name, flags[toFlagKey(name)]]))
  const text = kind.carried && textFlag(flags, kind.carried)
  // What is missing is told before stdin is waited for.
  if (kind.carried && text === undefined) assertChecked(checkObject(kind, fields, undefined, toFlagName))
  const json = text === undefined ? undefined : await readJsonFlag(`--${kind.carried}`, text, stdin)
  return assertChecked(checkObject(kind, fields, json, toFlagName))
}

/** NOT_FOUND for a receiver that does not exist: the server only says that the object is bad. */
async function findLackingReceiver(
  client: Client,
  { event_receiver_id, event_receiver_ids }: Readonly<Record<string, unknown>>,
  cause: unknown,
): Promise<EprError | undefined> {
  if (!mayLackReceiver(cause)) return undefined
  for (const id of [event_receiver_id, event_receiver_ids].flat()) {
    if (typeof id !== 'string') continue
    const error = await client.receivers.get(id).catch((reason: unknown) => reason)
    if (!(error instanceof EprError) || error.code !== 'NOT_FOUND') continue
    const message = `there is no event receiver ${id}; epr-cli receiver search lists those there are`
    return new EprError('NOT_FOUND', message, { cause })
  }
  return undefined
}
