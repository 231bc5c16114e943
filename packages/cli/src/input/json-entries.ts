import type { EprError } from '@epr/model'
import { UsageError } from '../exit/usage-error.js'

/** The text of one entry, not yet parsed, and the line (from 1) where it starts. */
export interface Slice {
  text: string | EprError
  line: number
}

const WHITE_SPACE = /\s/

/**
 * Cuts JSON into its entries without parsing it: the elements of arrays at the top, and whatever else stands at
 * the top, one after the other. Only brackets, commas and strings are looked at.
 */
export async function* splitJson(chunks: AsyncIterable<string>): AsyncGenerator<Slice> {
  let line = 1
  let depth = 0
  let isInArray = false
  let isInString = false
  let isEscaped = false
  /** What came of the entry in earlier chunks; undefined between entries. */
  let entry: { text: string; line: number } | undefined

  for await (const chunk of chunks) {
    let start = 0
    const take = (end: number): Slice => {
      const slice = { text: (entry?.text ?? '') + chunk.slice(start, end), line: entry?.line ?? line }
      entry = undefined
      return slice
    }
    for (let at = 0; at < chunk.length; at++) {
      const char = chunk.charAt(at)
      if (isInString) {
        if (isEscaped) isEscaped = false
        else if (char === '\\') isEscaped = true
        else if (char === '"') isInString = false
        if (char === '\n') line++
        continue
      }
      const isAtTop = depth === (isInArray ? 1 : 0)
      const endsElement = isInArray && isAtTop && (char === ',' || char === ']')
      if (endsElement) {
        const isLastOfNone = char === ']' && entry === undefined
        if (!isLastOfNone) yield entry ? take(at) : { text: new UsageError('it is empty'), line }
        if (char === ']') {
          isInArray = false
          depth = 0
        }
        continue
      }
      if (char === '\n') {
        if (entry && isAtTop && !isInArray) yield take(at)
        line++
      }
      if (WHITE_SPACE.test(char)) continue
      if (!entry) {
        if (char === '[' && depth === 0) {
          isInArray = true
          depth = 1
          continue
        }
        entry = { text: '', line }
        start = at
      }
      if (char === '"') isInString = true
      else if (char === '{' || char === '[') depth++
      else if ((char === '}' || char === ']') && !isAtTop) {
        depth--
        if (depth === 0) yield take(at + 1)
      }
    }
    if (entry) entry.text += chunk.slice(start)
  }
  if (entry && depth === 0 && !isInString) yield { text: entry.text, line: entry.line }
  else if (entry || isInArray) {
    yield { text: new UsageError('the file ends in the middle of it'), line: entry?.line ?? line }
  }
}
