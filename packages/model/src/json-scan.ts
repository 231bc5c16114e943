import { EprError } from './error.js'

/** The source texts of the parts of JSON: what parsing would change is taken from there. */

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
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const OPENING_BRACE = 0x7b

/** The position after the string of JSON that starts at `start`; the end of the text when nothing ends it. */
export function skipString(text: string, start: number): number {
  return endOfString(text, start + 1, text.length) ?? text.length
}

/**
 * The position after the quote that ends the string in which `from` stands; undefined when there is none before `until`.
 * Backslashes before `from` count.
 */
function endOfString(text: string, from: number, until: number): number | undefined {
  for (let end = text.indexOf('"', from); end >= 0 && end < until; end = text.indexOf('"', end + 1)) {
    let slashes = end - 1
    while (text.charCodeAt(slashes) === BACKSLASH) slashes--
    if ((end - slashes) % 2 === 1) return end + 1
  }
  return undefined
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

/** How far the way to a delimiter has been gone. */
interface Walk {
  at: number
  depth: number
  /** It stands behind a quote that opens a string. */
  isInString: boolean
}

/**
 * Goes on to the comma, colon or closing bracket that ends the value in which the walk stands, or to the end of the text.
 *
 * @param until where to stop when there is none before
 * @returns whether the walk is over
 */
function advance(text: string, walk: Walk, until: number, seen?: Sighting): boolean {
  const stop = Math.min(until, text.length)
  let { at, depth, isInString } = walk
  while (at < stop) {
    const char = text.charCodeAt(at)
    if (isInString || char === QUOTE) {
      const end = endOfString(text, isInString ? at : at + 1, stop)
      isInString = end === undefined
      at = end ?? stop
      continue
    }
    // White space is most of a text that is indented.
    if (char <= SPACE) {
      do at++
      while (text.charCodeAt(at) <= SPACE)
      continue
    }
    if (char <= COLON) {
      if (depth === 0 && (char === COMMA || char === COLON)) break
      at = seen && char >= MINUS && char <= NINE ? skipNumber(text, at, seen) : at + 1
      continue
    }
    // '{' '[' are 0x7b 0x5b and '}' ']' 0x7d 0x5d: the same but for one bit.
    if ((char | 0x20) === 0x7b) {
      if (++depth >= MAX_JSON_DEPTH) throw new EprError('INVALID_ARGUMENT', TOO_DEEP)
    } else if ((char | 0x20) === 0x7d && --depth < 0) break
    at++
  }
  walk.at = at
  walk.depth = depth
  walk.isInString = isInString
  return at < stop || at >= text.length
}

/** The position of the comma, colon or closing bracket that ends what starts at `start`. */
function skipToDelimiter(text: string, start: number, seen?: Sighting): number {
  const walk = { at: start, depth: 0, isInString: false }
  advance(text, walk, text.length, seen)
  return walk.at
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
  const finder = createFinder(name)
  forEachMember(text, finder.visit)
  return finder.found && text.slice(finder.found.from, finder.found.to).trim()
}

interface Finder {
  /** From where to where the value of the last member with the name stands. */
  found: { from: number; to: number } | undefined
  visit: Visit
}

function createFinder(name: string): Finder {
  const plain = JSON.stringify(name)
  const finder: Finder = {
    found: undefined,
    visit(key, from, to) {
      if (key === plain || (key.includes('\\') && unescaped(key) === name)) finder.found = { from, to }
    },
  }
  return finder
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

type Visit = (key: string, from: number, to: number) => void

/** Visits each member of a JSON object: the source text of its key, and from where to where its value stands. */
function forEachMember(text: string, visit: Visit, seen?: Sighting): void {
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

/** JSON without the values of some members. */
export interface LightenedJson {
  /** The text with a number in place of each of them: its place in `texts`. */
  rest: string
  /** Their source texts. */
  texts: string[]
}

/**
 * Takes the values of members of these names out of JSON, at whatever depth, in one pass, so that what is large in it need
 * not be parsed. Values in them stay as they are, and are not known to be JSON.
 *
 * @throws EprError INVALID_ARGUMENT when one is nested deeper than {@link MAX_JSON_DEPTH}
 */
export function lightenJson(text: string, names: ReadonlySet<string>): LightenedJson {
  const texts: string[] = []
  let rest = ''
  let from = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    const end = skipString(text, at)
    let colon = end
    while (text.charCodeAt(colon) <= SPACE) colon++
    // Only a key has a colon behind it.
    const isMeant = text.charCodeAt(colon) === COLON && names.has(String(unescaped(text.slice(at, end))))
    at = isMeant ? skipToDelimiter(text, colon + 1) : end
    if (!isMeant) continue
    rest += `${text.slice(from, colon + 1)}${texts.length}`
    texts.push(text.slice(colon + 1, at).trim())
    from = at
  }
  return { rest: rest + text.slice(from), texts }
}

/** How a long text is gone through so that others have their turn. */
export interface Slices {
  /** Of the text, between two turns of others; a million take some milliseconds. */
  chars: number
  /** Resolves when others have had theirs. */
  turn: () => Promise<void>
}

interface Pace extends Slices {
  /** Where the next turn of others is. */
  until: number
}

async function skipInTurns(text: string, start: number, pace: Pace, seen?: Sighting): Promise<number> {
  const walk = { at: start, depth: 0, isInString: false }
  while (!advance(text, walk, pace.until, seen)) {
    pace.until = walk.at + pace.chars
    await pace.turn()
  }
  return walk.at
}

async function forEachMemberInTurns(text: string, visit: Visit, pace: Pace, seen?: Sighting): Promise<void> {
  for (let at = startOf(text); at < text.length - 1; ) {
    const colon = await skipInTurns(text, at, pace)
    if (text.charCodeAt(colon) !== COLON) break
    const end = await skipInTurns(text, colon + 1, pace, seen)
    visit(text.slice(at, colon).trim(), colon + 1, end)
    at = end + 1
  }
}

/** As {@link assertJsonDepth}, for a long text. @throws EprError INVALID_ARGUMENT */
export async function assertJsonDepthInTurns(text: string, slices: Slices): Promise<void> {
  const pace = { ...slices, until: slices.chars }
  for (let at = 0; at < text.length; ) at = (await skipInTurns(text, at, pace)) + 1
}

/**
 * Takes one member out of an object that nobody has parsed yet, so that a large one need not be parsed here. The text
 * is the object that it looks like exactly when both parts are JSON; of a repeated key the last is taken.
 *
 * @returns undefined when the text does not look like an object that has the member
 * @throws EprError INVALID_ARGUMENT when it is nested deeper than {@link MAX_JSON_DEPTH}
 */
export async function divideObject(
  text: string,
  name: string,
  slices: Slices,
): Promise<DividedObject | undefined> {
  if (text.charCodeAt(startOf(text) - 1) !== OPENING_BRACE) return undefined
  const seen = { longNumber: false }
  const finder = createFinder(name)
  await forEachMemberInTurns(text, finder.visit, { ...slices, until: slices.chars }, seen)
  if (!finder.found) return undefined
  const { from, to } = finder.found
  return {
    rest: `${text.slice(0, from)}null${text.slice(to)}`,
    member: text.slice(from, to).trim(),
    hasLongNumbers: seen.longNumber,
  }
}

/**
 * The source texts of those members of an object that have one of the names; nothing is known to be JSON yet.
 *
 * @throws EprError INVALID_ARGUMENT when it is nested deeper than {@link MAX_JSON_DEPTH}
 */
export async function pickMembers(
  text: string,
  names: readonly string[],
  slices: Slices,
): Promise<Map<string, string>> {
  const finders = names.map((name) => ({ name, finder: createFinder(name) }))
  const visit: Visit = (...member) => {
    for (const { finder } of finders) finder.visit(...member)
  }
  await forEachMemberInTurns(text, visit, { ...slices, until: slices.chars })
  return new Map(
    finders.flatMap(({ name, finder: { found } }) =>
      found ? [[name, text.slice(found.from, found.to).trim()]] : [],
    ),
  )
}

/**
 * The source texts of the elements of an array that nobody has parsed yet: it is one exactly when each of them is JSON.
 *
 * @param most how many there may be
 * @returns undefined when the text does not look like an array of at most so many
 * @throws EprError INVALID_ARGUMENT when it is nested deeper than {@link MAX_JSON_DEPTH}
 */
export async function divideArray(text: string, most: number, slices: Slices): Promise<string[] | undefined> {
  const pace = { ...slices, until: slices.chars }
  const elements: string[] = []
  let at = startOf(text)
  if (text.charCodeAt(at - 1) !== OPENING_BRACKET) return undefined
  do {
    const end = await skipInTurns(text, at, pace)
    elements.push(text.slice(at, end).trim())
    at = end + 1
  } while (text.charCodeAt(at - 1) === COMMA && elements.length < most)
  if (text.charCodeAt(at - 1) !== CLOSING_BRACKET || text.slice(at).trim() !== '') return undefined
  return elements.length === 1 && elements[0] === '' ? [] : elements
}
