import * as z from 'zod'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_LENGTH = 10

/** A ULID: 48 bits of milliseconds since 1970 and 80 random bits in Crockford's base 32 (ulid/spec). */
export const idSchema = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'must be a ULID')

/** Whether a text is a ULID; the original's ids, which are kept, need not be. */
export function isId(value: string): boolean {
  return idSchema.safeParse(value).success
}

/**
 * The moment a ULID was made, in milliseconds since 1970.
 *
 * @param id one for which {@link isId} is true
 */
export function idTimeMs(id: string): number {
  let timeMs = 0
  for (const char of id.slice(0, TIME_LENGTH)) timeMs = timeMs * 32 + CROCKFORD.indexOf(char)
  return timeMs
}

/** The smallest ULID of a moment: every ULID made at or after it sorts at or after this one. */
export function firstIdOf(timeMs: number): string {
  let rest = Math.min(Math.max(0, Math.floor(timeMs)), 2 ** 48 - 1)
  let text = ''
  for (let place = 0; place < TIME_LENGTH; place++) {
    text = CROCKFORD.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  return text.padEnd(26, '0')
}
