import { EprError } from '@epr/model'
import type { Connection } from '../storage/database.js'
import { type ProjectionProgress, selectProjectionProgress } from '../storage/projections.js'

/**
 * How far the answers about many artifacts are. To be asked before their rows, which are as of this cursor then, or later.
 *
 * @throws EprError UNAVAILABLE while nothing is projected yet
 */
export async function getProgress(connection: Connection): Promise<ProjectionProgress> {
  const progress = await selectProjectionProgress(connection)
  if (progress) return progress
  throw new EprError(
    'UNAVAILABLE',
    'answers about many artifacts are about to be made: try again in a moment',
  )
}
