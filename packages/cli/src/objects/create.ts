import type { Client } from '@epr/client'
import { EprError } from '@epr/model'
import { readJsonFlag } from '../input/input.js'
import type { Context } from '../settings/context.js'
import { flagOf, type ReceiverNames, resolveReceivers, withNames } from './by-name.js'
import { assertChecked, checkObject, KINDS, type Kind, type KindName } from './kinds.js'

/** What flags say of an object: its fields, and the JSON of users that it carries. */
export interface CreateRequest extends ReceiverNames {
  fields: Readonly<Record<string, unknown>>
  /** JSON, YAML, `@file` or `@-`. */
  carried?: string | undefined
}

/** Creates what the flags say, or with --dry-run shows it. */
export async function create(context: Context, name: KindName, request: CreateRequest): Promise<undefined> {
  const kind = KINDS[name]
  const { dryRun: isDry } = context.settings
  const checked = await readObject(context, kind, request)
  const isNamed = request.receiver !== undefined || request.receivers !== undefined
  if (isDry && !isNamed) return context.output.object(checked, 4)
  const client = await context.connect(isDry ? 'ask' : 'record')
  const object = { ...checked, ...(await resolveReceivers(request, client.receivers)) }
  if (isDry) return context.output.object(object, 4)
  const id = await kind.create(client, object).catch(async (error: unknown) => {
    throw (await findLackingReceiver(client, object, error)) ?? error
  })
  return context.output.created(`${kind.noun} created`, id)
}

async function readObject({ stdin }: Context, kind: Kind, { carried, ...request }: CreateRequest) {
  const fields = withNames(request.fields, request)
  // What is missing is said before stdin is waited for.
  if (kind.carried && carried === undefined) assertChecked(checkObject(kind, fields, undefined, flagOf))
  const json = carried === undefined ? undefined : await readJsonFlag(`--${kind.carried}`, carried, stdin)
  return assertChecked(checkObject(kind, fields, json, flagOf))
}

/** Whether the server may have said no because of a receiver that it does not know; ours says 400, the original 500. */
function mayLackReceiver(error: unknown): error is EprError {
  return error instanceof EprError && (error.code === 'INVALID_ARGUMENT' || error.code === 'INTERNAL')
}

/** NOT_FOUND for a receiver that does not exist: the server only says that the object is bad. */
export async function findLackingReceiver(
  client: Client,
  { event_receiver_id, event_receiver_ids }: { event_receiver_id?: unknown; event_receiver_ids?: unknown },
  cause: unknown,
): Promise<EprError | undefined> {
  if (!mayLackReceiver(cause)) return undefined
  for (const id of [event_receiver_id, event_receiver_ids].flat()) {
    if (typeof id !== 'string') continue
    const error = await client.receivers.get(id).catch((reason: unknown) => reason)
    if (!(error instanceof EprError) || error.code !== 'NOT_FOUND') continue
    const message = `there is no event receiver ${id}; epr-cli receiver search lists those there are, and --receiver takes a name`
    return new EprError('NOT_FOUND', message, { cause })
  }
  return undefined
}
