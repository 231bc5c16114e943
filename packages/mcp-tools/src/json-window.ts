import { characterBoundary, fromJsonText, isJsonText } from '@epr/model'

/** How much text one result may hold, in characters: an assistant reads all of it. */
export const MAX_RESULT_CHARS = 40_000

/** JSON of a user: as a value where that says the same, as a part of its text otherwise. */
export type JsonWindow = { value: unknown } | { text: string; chars: number; next: number | undefined }

const compact = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (token) => (token.startsWith('"') ? token : ''))

/** Half a surrogate pair, which JSON can only escape. */
const HALF_PAIR = /\\ud[89a-f]/

/** Whether nothing is lost by parsing: numbers beyond 2^53 and some orders of keys are, and halves of characters by sending. */
function survivesParsing(text: string, value: unknown): boolean {
  const written = JSON.stringify(value)
  return written === compact(text) && !HALF_PAIR.test(written)
}

/**
 * Shows a `payload` or `schema` that was read exactly, from a character of its text on.
 *
 * @param offset 0 for the beginning; what `next` was before goes on from there
 */
export function toJsonWindow(json: unknown, offset: number): JsonWindow {
  const text = isJsonText(json) ? fromJsonText(json) : JSON.stringify(json)
  if (offset === 0 && text.length <= MAX_RESULT_CHARS) {
    const value: unknown = JSON.parse(text)
    if (survivesParsing(text, value)) return { value }
  }
  // Half a character is refused by the services that assistants' models are behind.
  const start = characterBoundary(text, offset)
  const end = characterBoundary(text, start + MAX_RESULT_CHARS)
  return { text: text.slice(start, end), chars: text.length, next: end < text.length ? end : undefined }
}
