import { PLAIN_NUMBER_CHARS } from '@epr/model'

/**
 * A number of JSON as it is written (RFC 8259, section 6): a JavaScript number where that is the very decimal, else the
 * decimal packed into a bigint. So most values stay what Ajv knows, and two numbers of JSON are equal exactly when these
 * are.
 */
export type ExactNumber = number | bigint

/** `digits` times ten to the power of `exponent`. The digits of 0 are 0, those of others do not end in 0. */
interface Decimal {
  readonly digits: bigint
  readonly exponent: bigint
}

const ZERO: Decimal = { digits: 0n, exponent: 0n }
/** What a bigint keeps of an exponent, which is written out in at most as many digits as a text has. */
const EXPONENT_BITS = 256n
const EXPONENT_MASK = (1n << EXPONENT_BITS) - 1n
const EXPONENT_BIAS = 1n << (EXPONENT_BITS - 1n)
/** No double is written with more digits, when it is written as shortly as possible. */
const MAX_DOUBLE_DIGITS = 17

const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

interface Written {
  negative: boolean
  /** Without zeros at either end; empty for 0. */
  digits: string
  exponent: bigint
}

function readParts(text: string): Written {
  const [, sign, whole = '', fraction = '', power = '0'] = PARTS.exec(text) ?? []
  const all = (whole + fraction).replace(/^0+/, '')
  const digits = withoutZeros(all)
  const dropped = BigInt(all.length - digits.length)
  return { negative: sign === '-', digits, exponent: BigInt(power) - BigInt(fraction.length) + dropped }
}

/** By hand: an expression for zeros at the end tries from each of a million zeros in the middle. */
function withoutZeros(digits: string): string {
  let end = digits.length
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--
  return digits.slice(0, end)
}

const isSame = (a: Written, b: Written): boolean =>
  a.digits === b.digits && (a.digits === '' || (a.negative === b.negative && a.exponent === b.exponent))

/** Whether reading a number of JSON as a double, and writing that as shortly as possible, gives the same number. */
export function isDouble(text: string): boolean {
  if (text.length <= PLAIN_NUMBER_CHARS && !/[eE]/.test(text)) return true
  const written = readParts(text)
  if (written.digits === '') return true
  if (written.digits.length > MAX_DOUBLE_DIGITS) return false
  const value = Number(text)
  return Number.isFinite(value) && isSame(written, readParts(value.toExponential()))
}

/** The number that a text of JSON is. */
export function readNumber(text: string): ExactNumber {
  if (isDouble(text)) return Number(text)
  const { negative, digits, exponent } = readParts(text)
  return pack({ digits: negative ? -BigInt(digits) : BigInt(digits), exponent: withinBits(exponent) })
}

/** Powers of 77 digits and more are all taken for one. */
function withinBits(exponent: bigint): bigint {
  if (exponent >= EXPONENT_BIAS) return EXPONENT_BIAS - 1n
  return exponent < -EXPONENT_BIAS ? -EXPONENT_BIAS : exponent
}

function pack({ digits, exponent }: Decimal): bigint {
  return (digits << EXPONENT_BITS) | (exponent + EXPONENT_BIAS)
}

function toDecimal(value: ExactNumber): Decimal {
  if (typeof value === 'bigint')
    return { digits: value >> EXPONENT_BITS, exponent: (value & EXPONENT_MASK) - EXPONENT_BIAS }
  const { negative, digits, exponent } = readParts(value.toExponential())
  if (digits === '') return ZERO
  return { digits: negative ? -BigInt(digits) : BigInt(digits), exponent }
}

/** Whether a value is a number of JSON. */
export const isExactNumber = (value: unknown): value is ExactNumber =>
  typeof value === 'number' || typeof value === 'bigint'

/** Whether it has no fraction: 1.0 and 1e400 are integers (2020-12, section 6.1.1 of the validation). */
export function isInteger(value: ExactNumber): boolean {
  return typeof value === 'number' ? Number.isInteger(value) : toDecimal(value).exponent >= 0n
}

const signOf = (digits: bigint): number => (digits > 0n ? 1 : digits < 0n ? -1 : 0)

/** How many digits stand before the point, of a decimal that is not 0. */
const magnitudeOf = ({ digits, exponent }: Decimal): bigint =>
  BigInt((digits < 0n ? -digits : digits).toString().length) + exponent

/** Below 0 when `left` is the less, above 0 when it is the greater. */
export function compareNumbers(left: ExactNumber, right: ExactNumber): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  const [a, b] = [toDecimal(left), toDecimal(right)]
  const sign = signOf(a.digits)
  if (sign !== signOf(b.digits) || sign === 0) return sign - signOf(b.digits)
  const [great, greater] = [magnitudeOf(a), magnitudeOf(b)]
  if (great !== greater) return great > greater ? sign : -sign
  // Of one magnitude: the powers are no further apart than there are digits.
  // biome-ignore lint/complexity/useMathMinMax: bigints, which Math does not take.
  const scale = a.exponent < b.exponent ? a.exponent : b.exponent
  return signOf(scaledTo(a, scale) - scaledTo(b, scale))
}

const scaledTo = ({ digits, exponent }: Decimal, scale: bigint): bigint => digits * 10n ** (exponent - scale)

/**
 * Whether `value` is a multiple of `divisor`, which is above 0, as decimal numbers, which is what their authors wrote:
 * 19.99 is one of 0.01, though `19.99 / 0.01` is 1998.9999999999998.
 */
export function isMultipleOf(value: ExactNumber, divisor: ExactNumber): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor))
    return Number(value) % Number(divisor) === 0
  const [a, b] = [toDecimal(value), toDecimal(divisor)]
  if (a.digits === 0n) return true
  // Its last digit is not 0, so that it is no multiple of a power of ten.
  if (a.exponent < b.exponent) return false
  return (a.digits * powerOfTen(a.exponent - b.exponent, b.digits)) % b.digits === 0n
}

/** Ten to a power, modulo `modulus`: written out it could be longer than memory. */
function powerOfTen(power: bigint, modulus: bigint): bigint {
  let [result, base] = [1n, 10n % modulus]
  for (let rest = power; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * base) % modulus
    base = (base * base) % modulus
  }
  return result
}

/** As it could be written in JSON. */
export function writeNumber(value: ExactNumber): string {
  if (typeof value === 'number') return String(value)
  const { digits, exponent } = toDecimal(value)
  const isShort = exponent >= 0n && exponent < 30n
  return isShort ? String(digits * 10n ** exponent) : `${digits}e${exponent}`
}
