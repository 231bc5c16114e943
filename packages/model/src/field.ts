import * as z from 'zod'

/** The most characters (Unicode code points) that a string field holds; the original's column width. */
export const MAX_FIELD_LENGTH = 255

/** NUL, which PostgreSQL cannot store, and lone surrogates, which UTF-8 cannot. */
const UNSTORABLE = /[\0\p{Surrogate}]/u

const isTooLong = (text: string): boolean =>
  text.length > MAX_FIELD_LENGTH && [...text].length > MAX_FIELD_LENGTH

/** What is wrong with a string field, or undefined. */
function fieldProblem(text: string): string | undefined {
  if (text.trim() === '') return 'must not be blank'
  if (isTooLong(text)) return `must have at most ${MAX_FIELD_LENGTH} characters`
  if (UNSTORABLE.test(text)) return 'must not contain NUL or half a surrogate pair'
  return undefined
}

/** A required string of 1 to 255 characters that is not only white space. An absent one counts as blank. */
export const textField = z
  .string({
    error: ({ input }) => (input === undefined || input === null ? 'must not be blank' : 'must be a string'),
  })
  .check((context) => {
    const problem = fieldProblem(context.value)
    if (problem) context.issues.push({ code: 'custom', message: problem, input: context.value })
  })
  // What the check above says, for JSON Schema.
  .meta({ minLength: 1, maxLength: MAX_FIELD_LENGTH, pattern: '\\S' })

/** A string in an answer. Not held to what new ones must satisfy: old rows of the original may break that. */
export const answerField = z.string()

/** A boolean that is false when it is absent. */
export const flagField = z
  .boolean({ error: 'must be true or false' })
  .nullish()
  .transform((flag) => flag ?? false)

/** A moment as RFC 3339 text, kept as text: a JavaScript Date would cut it to milliseconds. */
export const timeField = z.string().meta({ format: 'date-time' })
