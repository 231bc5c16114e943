import { UsageError } from '../exit/usage-error.js'
import { type Context, type Flags, textFlag } from '../settings/context.js'
import { KINDS, type KindName } from './kinds.js'

/** Shows one object, as it is. */
export async function get(
  { connect, output }: Context,
  name: KindName,
  flags: Flags,
  [operand]: string[],
): Promise<undefined> {
  const kind = KINDS[name]
  const ids = [textFlag(flags, 'id'), operand].filter((id) => id !== undefined)
  const [id] = ids
  if (id === undefined || ids.length > 1 || id.trim() === '') throw new UsageError('name one id: --id ID')
  await output.object(await kind.get(await connect(), id))
}
