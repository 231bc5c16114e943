import { UsageError } from '../exit/usage-error.js'
import type { Context } from '../settings/context.js'
import { KINDS, type KindName } from './kinds.js'

export interface GetRequest {
  id?: string | undefined
  /** Its name, or `name@version`, in place of the id; events have none. */
  named?: string | undefined
}

/** Shows one object, as it is; its id may be typed with or without a flag. */
export async function get(
  { connect, output }: Context,
  kind: KindName,
  { id: typed, named }: GetRequest,
  operands: readonly string[],
): Promise<undefined> {
  const [one, ...more] = [typed, named, ...operands].filter((each) => each !== undefined)
  if (one === undefined || more.length > 0 || one.trim() === '') {
    const orName = kind === 'event' ? '' : ` or --${kind} NAME`
    throw new UsageError(`name one ${KINDS[kind].noun}: ID${orName}`)
  }
  const client = await connect('ask')
  const id = named === undefined || kind === 'event' ? one : await client[`${kind}s`].resolve(named)
  return output.object(await KINDS[kind].get(client, id))
}
