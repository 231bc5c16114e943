import { skipString } from '@epr/model'
import { isDouble, readNumber, writeNumber } from './decimal.js'

const QUOTE = 0x22
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39

/** `0` to `9`, `+`, `-`, `.`, `e` and `E`. */
function isOfNumber(code: number): boolean {
  return (code >= 0x2b && code <= NINE && code !== 0x2c && code !== 0x2f) || (code | 0x20) === 0x65
}

/** Where the numbers of a JSON text stand that a double does not keep. */
function* findExact(text: string): Generator<{ from: number; to: number }> {
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = skipString(text, at)
    else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const from = at
      while (isOfNumber(text.charCodeAt(at))) at++
      if (!isDouble(text.slice(from, at))) yield { from, to: at }
    } else at++
  }
}

/** Whether a JSON text has a number that `JSON.parse` would change. */
export function hasExactNumbers(text: string): boolean {
  return !findExact(text).next().done
}

/**
 * `JSON.parse` that changes no number: those that a double does not keep become bigints (see ExactNumber).
 *
 * @throws SyntaxError for what is not JSON
 */
export function parseExact(text: string): unknown {
  const found = [...findExact(text)]
  if (found.length === 0) return JSON.parse(text)
  // What is not JSON is refused in the parser's words about the text as it is.
  JSON.parse(text)
  // A string that nobody outside can know stands for each (Node 20 gives a reviver no source).
  const mark = crypto.randomUUID()
  let marked = ''
  let end = 0
  for (const { from, to } of found) {
    marked += `${text.slice(end, from)}"${mark}${text.slice(from, to)}"`
    end = to
  }
  return JSON.parse(marked + text.slice(end), (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? readNumber(value.slice(mark.length)) : value,
  )
}

/** A value that {@link parseExact} gave, as JSON. */
export function showExact(value: unknown): string {
  if (typeof value === 'bigint') return writeNumber(value)
  return (
    JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? writeNumber(each) : each)) ??
    ''
  )
}
