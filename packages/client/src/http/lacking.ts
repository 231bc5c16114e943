import { EprError } from '@epr/model'
import type { Feature, Features } from './http.js'

/** What the original says of a path that it does not have. */
const UNKNOWN_PATH: readonly string[] = ['NOT_FOUND', 'METHOD_NOT_ALLOWED']

/**
 * The failure of a call, which at a server that lacks what it needs is not that of an unknown id. `feature` is one that
 * `epr-features` names, or `cloudevents`, which every server that names any has.
 */
export function explainLack(
  error: unknown,
  call: string,
  feature: Feature | 'cloudevents',
  features: Features,
): unknown {
  if (!(error instanceof EprError) || !UNKNOWN_PATH.includes(error.code) || !features.isKnown()) return error
  const isThere = feature === 'cloudevents' ? features.list().length > 0 : features.has(feature)
  if (isThere) return error
  const problem = `this server cannot do ${call}: it does not have the feature "${feature}"`
  return new EprError('INVALID_ARGUMENT', problem, { cause: error })
}
