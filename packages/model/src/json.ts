import { EprError } from './error.js'

/** Any JSON value, as `JSON.parse` gives it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const JSON_TEXT: unique symbol = Symbol.for('epr.json-text')

/**
 * A JSON value that is carried as its source text, because parsing would change it: numbers beyond 2^53,
 * `-0`, integer-like keys out of order, and repeated keys do not survive `JSON.parse` (ECMA-404 leaves
 * all of them to the reader).
 */
export interface JsonText {
  readonly [JSON_TEXT]: string
}

/** Marks `text`, which must be one valid JSON value, to be written out as it stands. */
export function toJsonText(text: string): JsonText {
  return { [JSON_TEXT]: text }
}

/** Whether a value is a {@link JsonText}, of this or of another copy of this module. */
export function isJsonText(value: unknown): value is JsonText {
  return typeof value === 'object' && value !== null && JSON_TEXT in value
}

/** The text of a JSON value that is carried as text. */
export function fromJsonText(value: JsonText): string {
  return value[JSON_TEXT]
}

/**
 * `JSON.stringify` that writes every {@link JsonText} as it stands. Members that are `undefined` are left
 * out, as there. (`JSON.rawJSON`, which would do this, needs Node 21.)
 */
export function stringifyJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (isJsonText(value)) return fromJsonText(value)
  if (Array.isArray(value)) return `[${value.map(stringifyJson).join(',')}]`
  let text = ''
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${stringifyJson(member)}`
  }
  return `{${text}}`
}

/** How deep arrays and objects may stand in one another: far beyond any use, far below any stack's end. */
export const MAX_JSON_DEPTH = 256

const SPACE = 0x20
const QUOTE = 0x22
const PLUS = 0x2b
const COMMA = 0x2c
const MINUS = 0x2d
const NINE = 0x39
const COLON = 0x3a
const SLASH = 0x2f
const BACKSLASH = 0x5c
const OPENING_BRACE = 0x7b

/** The position after the string of JSON that starts at `start`; the end of the text when nothing ends it. */
export function skipString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = end - 1
    while (text.charCodeAt(slashes) === BACKSLASH) slashes--
    if ((end - slashes) % 2 === 1) return end + 1
  }
  return text.length
}

/** A number of JSON of at most so many characters, without an exponent, is what a double keeps: any 15 digits are. */
export const PLAIN_NUMBER_CHARS = 15

/** What is noticed on the way through a text. */
interface Sighting {
  /** Whether there was a number that is longer than {@link PLAIN_NUMBER_CHARS}, or has an exponent. */
  longNumber: boolean
}

/** A digit, `-`, `+` or `.`; NaN, which stands behind the end, is none. */
const isOfPlainNumber = (code: number): boolean =>
  code >= PLUS && code <= NINE && code !== COMMA && code !== SLASH

/** The position after the digits, signs and points at `start`. */
function skipNumber(text: string, start: number, seen: Sighting): number {
  let at = start + 1
  while (isOfPlainNumber(text.charCodeAt(at))) at++
  // 'e' and 'E' are the same but for one bit.
  if (at - start > PLAIN_NUMBER_CHARS || (text.charCodeAt(at) | 0x20) === 0x65) seen.longNumber = true
  return at
}

const TOO_DEEP = `JSON may be nested at most ${MAX_JSON_DEPTH} levels deep`

/** The position of the comma, colon or closing bracket that ends what starts at `start`. */
function skipToDelimiter(text: string, start: number, seen?: Sighting): number {
  let depth = 0
  for (let at = start; at < text.length; ) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) {
      at = skipString(text, at)
      continue
    }
    // White space is most of a text that is indented.
    if (char <= SPACE) {
      do at++
      while (text.charCodeAt(at) <= SPACE)
      continue
    }
    if (char <= COLON) {
      if (depth === 0 && (char === COMMA || char === COLON)) return at
      at = seen && char >= MINUS && char <= NINE ? skipNumber(text, at, seen) : at + 1
      continue
    }
    // '{' '[' are 0x7b 0x5b and '}' ']' 0x7d 0x5d: the same but for one bit.
    if ((char | 0x20) === 0x7b) {
      if (++depth >= MAX_JSON_DEPTH) throw new EprError('INVALID_ARGUMENT', TOO_DEEP)
    } else if ((char | 0x20) === 0x7d && --depth < 0) return at
    at++
  }
  return text.length
}

const startOf = (text: string): number => text.search(/[^\s]/) + 1

/**
 * The source text of each member of a JSON object; of a repeated key the last, as `JSON.parse` takes it.
 *
 * @throws EprError INVALID_ARGUMENT when it is nested deeper than {@link MAX_JSON_DEPTH}
 * @param text a JSON object that `JSON.parse` has accepted: nothing is checked again here
 */
export function memberTexts(text: string): Map<string, string> {
  const members = new Map<string, string>()
  forEachMember(text, (key, from, to) => {
    members.set(JSON.parse(key) as string, text.slice(from, to).trim())
  })
  return members
}

/**
 * The source text of one member of a JSON object, as {@link memberTexts} gives it, without the others; undefined
 * when the object does not have it.
 *
 * @throws EprError INVALID_ARGUMENT when it is nested deeper than {@link MAX_JSON_DEPTH}
 */
export function memberText(text: string, name: string): string | undefined {
  const found = findMember(text, name)
  return found && text.slice(found.from, found.to).trim()
}

/** From where to where the value of the last member with a name stands. */
function findMember(text: string, name: string, seen?: Sighting): { from: number; to: number } | undefined {
  const plain = JSON.stringify(name)
  let found: { from: number; to: number } | undefined
  const visit = (key: string, from: number, to: number): void => {
    if (key === plain || (key.includes('\\') && unescaped(key) === name)) found = { from, to }
  }
  forEachMember(text, visit, seen)
  return found
}

/** A key may be written with escapes that it does not need; one that is not JSON is no key. */
function unescaped(key: string): unknown {
  try {
    return JSON.parse(key)
  } catch {
    return undefined
  }
}

/** A JSON object in two parts. */
export interface DividedObject {
  /** The object with `null` in place of the member. */
  rest: string
  /** The member's source text. */
  member: string
  /** Whether a number in it may be longer than {@link PLAIN_NUMBER_CHARS}, or have an exponent; false is certain. */
  hasLongNumbers: boolean
}

/**
 * Takes one member out of an object that nobody has parsed yet, so that a large one need not be parsed here. The text
 * is the object that it looks like exactly when both parts are JSON; of a repeated key the last is taken.
 *
 * @returns undefined when the text does not look like an object that has the member
 * @throws EprError INVALID_ARGUMENT when it is nested deeper than {@link MAX_JSON_DEPTH}
 */
export function divideObject(text: string, name: string): DividedObject | undefined {
  if (text.charCodeAt(startOf(text) - 1) !== OPENING_BRACE) return undefined
  const seen = { longNumber: false }
  const found = findMember(text, name, seen)
  if (!found) return undefined
  const { from, to } = found
  return {
    rest: `${text.slice(0, from)}null${text.slice(to)}`,
    member: text.slice(from, to).trim(),
    hasLongNumbers: seen.longNumber,
  }
}

/** Tells of each member of a JSON object the source text of its key, and from where to where its value stands. */
function forEachMember(
  text: string,
  visit: (key: string, from: number, to: number) => void,
  seen?: Sighting,
): void {
  for (let at = startOf(text); at < text.length - 1; ) {
    const colon = skipToDelimiter(text, at)
    if (text.charCodeAt(colon) !== COLON) break
    const end = skipToDelimiter(text, colon + 1, seen)
    visit(text.slice(at, colon).trim(), colon + 1, end)
    at = end + 1
  }
}

/** @throws EprError INVALID_ARGUMENT when valid JSON is nested deeper than {@link MAX_JSON_DEPTH} */
export function assertJsonDepth(text: string): void {
  for (let at = 0; at < text.length; ) at = skipToDelimiter(text, at) + 1
}

/**
 * The source text of each element of a JSON array that `JSON.parse` has accepted.
 *
 * @throws EprError INVALID_ARGUMENT when it is nested deeper than {@link MAX_JSON_DEPTH}
 */
export function elementTexts(text: string): string[] {
  const elements: string[] = []
  for (let at = startOf(text); at < text.length; ) {
    const end = skipToDelimiter(text, at)
    const element = text.slice(at, end).trim()
    if (element !== '') elements.push(element)
    at = end + 1
    if (text.charCodeAt(end) !== COMMA) break
  }
  return elements
}
