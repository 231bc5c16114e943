import { EprError } from '@epr/model'
import type { z } from 'zod'

/** One sentence for each thing that is wrong: `name must not be blank`. */
function toDetails(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')} ${message}`,
  )
}

/**
 * Reads what a client sent.
 *
 * @throws EprError INVALID_ARGUMENT with everything that is wrong in `details`
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const details = toDetails(result.error)
  throw new EprError('INVALID_ARGUMENT', details.join('; '), { details })
}

/** A JSON value that a client sent, parsed to look at and as the text to keep. */
export interface JsonInput {
  value: unknown
  text: string
}

/** A large value that a client sent, as the text to keep: whether it is JSON is not known before it is validated. */
export interface UnreadJson {
  text: string
  /** Whether it may have numbers that a double would change; see `DividedObject`. */
  hasLongNumbers: boolean
}
