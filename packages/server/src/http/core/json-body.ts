import { divideArray, divideObject, EprError, memberText } from '@epr/model'
import type { JsonInput, UnreadJson } from '../../registry/input.js'
import { SLICES, yieldTurn } from '../../turns.js'

const utf8 = new TextDecoder('utf-8', { fatal: true })
/** A byte order mark is one only at the start. */
const utf8WithMark = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(body: Buffer, decoder = utf8): string {
  try {
    return decoder.decode(body)
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

/** @throws EprError INVALID_ARGUMENT */
export function parseText(text: string): JsonInput {
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

/** Beyond this a text is not parsed here as a whole, in characters: 4 MB would hold up everybody else for 30 ms. */
export const LONG_TEXT_CHARS = 256 * 1024
/** What a large body may have beside what is taken out of it. */
const MAX_REST_CHARS = 64 * 1024
/** Bytes that are decoded at once. */
const DECODED_BYTES = 2 * 1024 * 1024

/** Not in the middle of a character: its other bytes than the first are `10xxxxxx` (RFC 3629, section 3). */
function endOfSlice(body: Buffer, from: number): number {
  let end = Math.min(from + DECODED_BYTES, body.length)
  while (end < body.length && end > from && ((body[end] ?? 0) & 0xc0) === 0x80) end--
  return end > from ? end : body.length
}

/** The text of a body that may be large. @throws EprError INVALID_ARGUMENT */
async function decodeInTurns(body: Buffer): Promise<string> {
  const parts: string[] = []
  // A decoder that keeps a state between slices is slower by far, and its strings take twice the room.
  for (let from = 0, end = 0; from < body.length; from = end) {
    end = endOfSlice(body, from)
    parts.push(decode(body.subarray(from, end), from === 0 ? utf8 : utf8WithMark))
    if (end < body.length) await yieldTurn()
  }
  return parts.join('')
}

/**
 * Reads a long text as {@link toObjectBody} does, without parsing the member: whether it is JSON is left to whoever takes it.
 *
 * @throws EprError INVALID_ARGUMENT; PAYLOAD_TOO_LARGE when more than the member is long
 */
export async function divideText(text: string, exactMember: string): Promise<ObjectBody<UnreadJson>> {
  const divided = await divideObject(text, exactMember, SLICES)
  const rest = divided?.rest ?? text
  if (rest.length > MAX_REST_CHARS) {
    const problem = `beside its ${exactMember}, a JSON object may have at most ${MAX_REST_CHARS} characters`
    throw new EprError('PAYLOAD_TOO_LARGE', problem)
  }
  const { fields } = toObjectBody(parseText(rest), exactMember)
  return {
    fields,
    exact: divided && { text: divided.member, hasLongNumbers: divided.hasLongNumbers },
  }
}

/**
 * The source texts of the elements of an array, none of which has been parsed: it is one exactly when each is JSON.
 *
 * @param most how many there may be
 * @returns undefined when the body is no array of at most so many
 * @throws EprError INVALID_ARGUMENT
 */
export async function readElements(body: Buffer, most: number): Promise<string[] | undefined> {
  const text = await decodeInTurns(body)
  const texts = await divideArray(text, most, SLICES)
  // Says what is wrong with the JSON, when that is it.
  if (!texts && text.length <= LONG_TEXT_CHARS) parseText(text)
  return texts
}

/**
 * Reads a JSON object of which one member is kept as it was sent. When the body is large, whether that member is JSON
 * is left to whoever takes it.
 *
 * @throws EprError INVALID_ARGUMENT; PAYLOAD_TOO_LARGE when a large body is large beside that member
 */
export function readObjectBody(
  body: Buffer,
  exactMember: string,
): ObjectBody | Promise<ObjectBody<JsonInput | UnreadJson>> {
  if (body.length <= LONG_TEXT_CHARS) return toObjectBody(parseJsonBody(body), exactMember)
  return decodeInTurns(body).then((text) => divideText(text, exactMember))
}
