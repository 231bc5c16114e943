import { EprError } from '@epr/model'

export const areEqual = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index])

/** Standard Base64 with padding (RFC 4648, section 4). */
export const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))

/**
 * Reads standard Base64 that is written as `toBase64` writes it: without spaces, with padding, and with no bits that say
 * nothing, so that no text stands for the same bytes as another.
 *
 * @param what it is, for the error
 * @param length that it must have, in bytes
 * @throws EprError INVALID_ARGUMENT
 */
export function fromBase64(text: string, what: string, length?: number): Uint8Array {
  let bytes: Uint8Array | undefined
  try {
    bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    bytes = undefined
  }
  if (!bytes || toBase64(bytes) !== text)
    throw new EprError('INVALID_ARGUMENT', `${what} is not Base64: ${JSON.stringify(text.slice(0, 100))}`)
  if (length !== undefined && bytes.length !== length)
    throw new EprError('INVALID_ARGUMENT', `${what} has ${bytes.length} bytes: it must have ${length}`)
  return bytes
}

/** Reads a number of a tree: decimal, without leading zeros, up to 2^53 - 1. @throws EprError INVALID_ARGUMENT */
export function readCount(text: string, what: string): number {
  const count = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(count))
    throw new EprError('INVALID_ARGUMENT', `${what} is not a number: ${JSON.stringify(text.slice(0, 100))}`)
  return count
}
