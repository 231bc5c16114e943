import { divideObject, EprError, memberText } from '@epr/model'
import type { JsonInput, UnreadJson } from '../../registry/input.js'

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
  return parseText(decode(body))
}

function parseText(text: string): JsonInput {
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
export interface ObjectBody<Exact = JsonInput> {
  fields: Record<string, unknown>
  /** The member, or undefined when it is absent. A null is a value. */
  exact: Exact | undefined
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

/** Beyond this a body is not parsed here, in characters: 4 MB would hold up everybody else for 30 ms. */
const LARGE_BODY_CHARS = 256 * 1024

/**
 * Reads a JSON object of which one member is kept as it was sent. When the body is large, whether that member is JSON
 * is left to whoever takes it.
 *
 * @throws EprError INVALID_ARGUMENT
 */
export function readObjectBody(body: Buffer, exactMember: string): ObjectBody<JsonInput | UnreadJson> {
  const text = decode(body)
  const divided = text.length > LARGE_BODY_CHARS ? divideObject(text, exactMember) : undefined
  const rest = divided && tryParse(divided.rest)
  // What is wrong with the body is said of the body as a whole.
  if (!divided || !rest) return toObjectBody(parseText(text), exactMember)
  return { fields: rest, exact: { text: divided.member, hasLongNumbers: divided.hasLongNumbers } }
}

function tryParse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}
