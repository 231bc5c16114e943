import { UsageError } from '../exit/usage-error.js'
import { type Context, type Flags, textFlag } from '../settings/context.js'

export async function modifyGroup({ connect, output, settings }: Context, flags: Flags): Promise<undefined> {
  const id = textFlag(flags, 'id')
  if (id === undefined || id.trim() === '') throw new UsageError('--id is missing: it names the group')
  const enabled = flags.enable === true
  if (enabled === (flags.disable === true)) throw new UsageError('give one of --enable and --disable')
  if (settings.dryRun) return output.object({ id, enabled }, 4)
  const { groups } = await connect()
  await (enabled ? groups.enable(id) : groups.disable(id))
  return output.created(`group ${enabled ? 'enabled' : 'disabled'}`, id)
}
