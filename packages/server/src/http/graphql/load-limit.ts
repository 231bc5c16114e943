import { EprError, fromJsonText, isJsonText } from '@epr/model'
import { createTurns } from '../../turns.js'

/** What one request may load, however many fields it asks for it by. */
export interface LoadLimit {
  /**
   * Reads what a root field asks for: a few at once, so that one request does not hold every connection to the database.
   *
   * @param counts how often each field of a row is asked for
   * @throws EprError INVALID_ARGUMENT once all that has been read is too much
   */
  read<Row extends object>(counts: ReadonlyMap<string, number>, read: () => Promise<Row[]>): Promise<Row[]>
}

/** Values of answers, each of which costs an object and its text. */
const MAX_VALUES = 200_000
/** How many root fields are read at once. */
const READS_AT_ONCE = 2

/** @param maxBytes of payloads and schemas, in characters of their text */
export function createLoadLimit(maxBytes: number): LoadLimit {
  const turns = createTurns(() => READS_AT_ONCE)
  let values = 0
  let bytes = 0

  function assertWithin(): void {
    if (values > MAX_VALUES) throw tooMuch(`at most ${MAX_VALUES} values are answered: set limit`)
    if (bytes > maxBytes) {
      const most = `payloads and schemas of at most ${maxBytes} bytes (--max-graphql-bytes) are answered`
      throw tooMuch(`${most}: ask for fewer rows, or without them`)
    }
  }

  function count(row: object, counts: ReadonlyMap<string, number>): void {
    for (const [field, value] of Object.entries(row)) {
      const times = counts.get(field) ?? 0
      values += times
      if (isJsonText(value)) bytes += times * fromJsonText(value).length
    }
  }

  return {
    read: (counts, read) =>
      turns.run(async () => {
        assertWithin()
        const rows = await read()
        for (const row of rows) count(row, counts)
        assertWithin()
        return rows
      }),
  }
}

const tooMuch = (limit: string) => new EprError('INVALID_ARGUMENT', `the request asks for too much: ${limit}`)
