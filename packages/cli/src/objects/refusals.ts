import { toPlainLine } from '@epr/model'
import type { Context } from '../settings/context.js'
import { assertOne, type NamePair, toId } from './by-name.js'

const NAMES: NamePair = { id: 'id', name: 'receiver' }

interface RefusalsRequest {
  id?: string | undefined
  receiver?: string | undefined
  hours?: number | undefined
  jsonpath?: string | undefined
}

/** Shows where payloads broke a receiver's schema: for people the places, and the newest of each as it was answered. */
export async function showRefusals(
  { connect, output }: Context,
  { hours, jsonpath, ...names }: RefusalsRequest,
): Promise<undefined> {
  assertOne(NAMES, { ...names })
  const { receivers } = await connect('ask')
  const refusals = await receivers.refusals(await toId(NAMES, { ...names }, receivers), { hours })
  if (output.format !== 'table' || jsonpath !== undefined) return output.object(refusals)
  const { paths, samples } = refusals
  if (paths.length === 0) return output.line('nothing was refused')
  const { toTable } = await import('../output/table.js')
  const table = toTable(paths, ['path', 'count', 'last_hour'], output.style, {
    width: output.width,
    mayDrop: true,
  })
  const lines = samples.map(({ time, violations, user_agent, actor, request_id }) =>
    toPlainLine([time, actor ?? user_agent ?? 'somebody', violations.join('; '), request_id].join('  ')),
  )
  return output.show([table, ...lines].join('\n'))
}
