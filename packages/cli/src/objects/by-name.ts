import { UsageError } from '../exit/usage-error.js'
import { toFlagName } from '../settings/flags.js'

/** What knows the objects of a kind by their names: `client.receivers`, `client.groups`. */
interface Names {
  resolve(name: string): Promise<string>
}

/** The two fields of a request that say which object is meant: by its id, and by its name. */
export interface NamePair {
  id: string
  name: string
}

export const GROUP_NAMES: NamePair = { id: 'id', name: 'group' }
export const RECEIVER_NAMES: NamePair = { id: 'event_receiver_id', name: 'receiver' }

export type NamedRequest = Readonly<Record<string, unknown>>

/** @throws UsageError unless the request says which object it is about, and says so once */
export function assertOne(pair: NamePair, request: NamedRequest): void {
  const [id, name] = [request[pair.id], request[pair.name]]
  const flags = [toFlagName(pair.id), toFlagName(pair.name)]
  if (id !== undefined && name !== undefined) throw new UsageError(`give one of ${flags.join(' and ')}`)
  const said = id ?? name
  if (typeof said !== 'string') throw new UsageError(`${flags.join(' or ')} is missing`)
  if (said.trim() === '') throw new UsageError(`${flags[id === undefined ? 1 : 0]} must not be blank`)
}

/** The id that a request says, or that of the only object of its name. @throws what `resolve` throws */
export async function toId(pair: NamePair, request: NamedRequest, names: Names): Promise<string> {
  const { [pair.id]: id, [pair.name]: name } = request
  return typeof name === 'string' ? names.resolve(name) : String(id)
}

/** The names that a request gives in the place of an event receiver's id, or of a list of them. */
export interface ReceiverNames {
  receiver?: string | undefined
  receivers?: readonly string[] | undefined
}

const FLAGS: Readonly<Record<string, string>> = {
  id: '--group (or --id)',
  event_receiver_id: '--receiver (or --event-receiver-id)',
  event_receiver_ids: '--receivers (or --event-receiver-ids)',
}

/** How the flag of a field is called, with the one that takes a name first. */
export const flagOf = (field: string): string => FLAGS[field] ?? toFlagName(field)

/** Fields with names where ids will stand: complete enough to be checked before the server is asked. */
export function withNames<Fields extends Readonly<Record<string, unknown>>>(
  fields: Fields,
  { receiver, receivers }: ReceiverNames,
): Fields {
  if (receiver !== undefined) assertOne(RECEIVER_NAMES, { ...fields, receiver })
  if (receivers !== undefined && fields.event_receiver_ids !== undefined)
    throw new UsageError('give one of --event-receiver-ids and --receivers')
  return {
    ...fields,
    ...(receiver !== undefined && { event_receiver_id: receiver }),
    ...(receivers !== undefined && { event_receiver_ids: receivers }),
  }
}

/** The ids of the event receivers that are named. @throws what `resolve` throws */
export async function resolveReceivers(
  { receiver, receivers }: ReceiverNames,
  names: Names,
): Promise<{ event_receiver_id?: string; event_receiver_ids?: string[] }> {
  return {
    ...(receiver !== undefined && { event_receiver_id: await names.resolve(receiver) }),
    ...(receivers !== undefined && {
      event_receiver_ids: await Promise.all(receivers.map((each) => names.resolve(each))),
    }),
  }
}
