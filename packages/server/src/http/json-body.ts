import { EprError, memberText } from '@epr/model'
import type { JsonInput } from '../registry/input.js'

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(body: Buffer): string {
  try {
    return utf8.decode(body)
  } catch (cause) {
    throw new EprError('INVALID_ARGUMENT', 'the body is not valid UTF-8', { cause })
  }
}

/**
 * Reads a body as JSON, whatever its content type says: the original's clients and curl's defaults do not say.
 *
 * @throws EprError INVALID_ARGUMENT
 */
export function parseJsonBody(body: Buffer): JsonInput {
  const text = decode(body)
  if (text.trim() === '') throw new EprError('INVALID_ARGUMENT', 'the body is empty: send JSON')
  try {
    return { text, value: JSON.parse(text) }
  } catch (cause) {
    throw new EprError('INVALID_ARGUMENT', `the body is not valid JSON: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** A JSON object of which one member is kept as it was sent. */
export interface ObjectBody {
  fields: Record<string, unknown>
  /** The member, or undefined when it is absent. A null is a value. */
  exact: JsonInput | undefined
}

/** Divides a JSON object into its fields and the member that must not be changed by parsing. */
export function toObjectBody({ text, value }: JsonInput, exactMember: string): ObjectBody {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EprError('INVALID_ARGUMENT', 'the body must be a JSON object')
  }
  const fields = value as Record<string, unknown>
  const exactText = memberText(text, exactMember)
  return {
    fields,
    exact: exactText === undefined ? undefined : { text: exactText, value: fields[exactMember] },
  }
}
