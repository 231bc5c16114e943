import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * A key as people and programs have it: `eprk_`, eight characters that name it, 32 that are secret, six of checksum; all but
 * the prefix in base62, so that a double click takes it whole. The checksum lets a scanner of leaked secrets know one without
 * asking us (as GitHub's tokens do). A session is the same behind `eprs_`.
 */
type Prefix = 'eprk_' | 'eprs_'
const KEY: Prefix = 'eprk_'
const SESSION: Prefix = 'eprs_'
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID_LENGTH = 8
const SECRET_LENGTH = 32
const CHECKSUM_LENGTH = 6
const SHAPE = new RegExp(`^[0-9A-Za-z]{${ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH}}$`)

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

function drawWith(prefix: Prefix): NewKey {
  const id = draw(ID_LENGTH)
  const body = `${prefix}${id}${draw(SECRET_LENGTH)}`
  return { id, text: body + checksumOf(body) }
}

function readId(prefix: Prefix, text: string): string | undefined {
  if (!text.startsWith(prefix) || !SHAPE.test(text.slice(prefix.length))) return undefined
  const body = text.slice(0, -CHECKSUM_LENGTH)
  if (checksumOf(body) !== text.slice(-CHECKSUM_LENGTH)) return undefined
  return body.slice(prefix.length, prefix.length + ID_LENGTH)
}

/** Draws a key: 190 bits that nobody knows. */
export const drawKey = (): NewKey => drawWith(KEY)
/** Draws what names a session, of as many bits. */
export const drawSession = (): NewKey => drawWith(SESSION)

/** The id in a key, or undefined for what is none, be it by a slip of the pen. */
export const readKeyId = (text: string): string | undefined => readId(KEY, text)
export const readSessionId = (text: string): string | undefined => readId(SESSION, text)
/** Whether something wants to be a session. */
export const isSession = (text: string): boolean => text.startsWith(SESSION)

/** What is kept of a key: it has too many bits to be guessed, so that a quick hash is enough. */
export const hashKey = (text: string): Buffer => createHash('sha256').update(text).digest()
