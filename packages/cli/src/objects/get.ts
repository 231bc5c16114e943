import { UsageError } from '../exit/usage-error.js'
import type { Context } from '../settings/context.js'
import { KINDS, type KindName } from './kinds.js'

/** Shows one object, as it is; its id may be typed with or without a flag. */
export async function get(
  { connect, output }: Context,
  name: KindName,
  ...given: (string | undefined)[]
): Promise<undefined> {
  const [id, ...more] = given.filter((each) => each !== undefined)
  if (id === undefined || more.length > 0 || id.trim() === '') throw new UsageError('name one id: --id ID')
  return output.object(await KINDS[name].get(await connect('ask'), id))
}
