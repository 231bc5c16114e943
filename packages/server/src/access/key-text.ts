import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * A key as people and programs have it: `eprk_`, eight characters that name it, 32 that are secret, six of checksum; all but
 * the prefix in base62, so that a double click takes it whole. The checksum lets a scanner of leaked secrets know one without
 * asking us (as GitHub's tokens do).
 */
const PREFIX = 'eprk_'
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID_LENGTH = 8
const SECRET_LENGTH = 32
const CHECKSUM_LENGTH = 6
const SHAPE = new RegExp(`^${PREFIX}[0-9A-Za-z]{${ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH}}$`)

const draw = (length: number): string =>
  Array.from({ length }, () => DIGITS[randomInt(DIGITS.length)]).join('')

function checksumOf(text: string): string {
  let rest = crc32(text)
  let checksum = ''
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit++) {
    checksum = DIGITS[rest % DIGITS.length] + checksum
    rest = Math.floor(rest / DIGITS.length)
  }
  return checksum
}

export interface NewKey {
  /** What names it, in lists and in logs. */
  id: string
  /** The whole of it: shown once, kept nowhere. */
  text: string
}

/** Draws a key: 190 bits that nobody knows. */
export function drawKey(): NewKey {
  const id = draw(ID_LENGTH)
  const body = `${PREFIX}${id}${draw(SECRET_LENGTH)}`
  return { id, text: body + checksumOf(body) }
}

/** The id in a key, or undefined for what is none, be it by a slip of the pen. */
export function readKeyId(text: string): string | undefined {
  if (!SHAPE.test(text)) return undefined
  const body = text.slice(0, -CHECKSUM_LENGTH)
  if (checksumOf(body) !== text.slice(-CHECKSUM_LENGTH)) return undefined
  return body.slice(PREFIX.length, PREFIX.length + ID_LENGTH)
}

/** What is kept of a key: it has too many bits to be guessed, so that a quick hash is enough. */
export const hashKey = (text: string): Buffer => createHash('sha256').update(text).digest()
