import type { Limits } from '../limits.js'
import { parseExact } from '../numbers/exact-json.js'
import { refuse } from '../refuse.js'
import { isSchema, type Schema } from './json-value.js'

/**
 * Numbers that a double does not keep are bigints in it.
 *
 * @throws INVALID_ARGUMENT when the text is not a JSON object or boolean, is too long, or nests too deep
 */
export function parseSchema(
  text: string,
  limits: Pick<Limits, 'maxSchemaLength' | 'maxSchemaDepth'>,
): Schema {
  if (text.length > limits.maxSchemaLength) refuse(`it is longer than ${limits.maxSchemaLength} characters`)
  const schema = parse(text)
  if (!isSchema(schema)) return refuse('it must be an object or a boolean')
  if (exceedsDepth(schema, limits.maxSchemaDepth))
    refuse(`it nests deeper than ${limits.maxSchemaDepth} levels`)
  return schema
}

function parse(text: string): unknown {
  try {
    return parseExact(text)
  } catch {
    return refuse('it is not JSON')
  }
}

/** Level by level, without recursion: 100,000 levels must not cost a stack. */
function exceedsDepth(value: unknown, limit: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return false
}
