import { parseExact } from '../numbers/exact-json.js'

/**
 * A text that is the same for two JSON values exactly when they are equal as JSON Schema means it
 * (2020-12 core, section 4.2.2): 1 and 1.0 are one number, so are 0 and -0, and the order of keys
 * does not count. A bigint is a number that a double does not keep (ExactNumber), and equals no double.
 */
export function canonicalKey(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return String(value === 0 ? 0 : value)
  if (typeof value === 'bigint') return `n${value}`
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(canonicalKey).join()}]`
  const members = value as Readonly<Record<string, unknown>>
  const keys = Object.keys(members).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalKey(members[key])}`).join()}}`
}

/** The {@link canonicalKey} of a value that is JSON text: 1 and 1.0 are the same, numbers that a double would change are not. */
export const equalityKey = (text: string): string => canonicalKey(parseExact(text))

/** A set of JSON values by JSON Schema's equality; adding and looking up take time linear in the value. */
export interface JsonSet {
  has(value: unknown): boolean
  /** The index of an equal value that was added before, or `undefined` when this one is new. */
  add(value: unknown, index: number): number | undefined
}

export function createJsonSet(): JsonSet {
  const outlineOf = createOutliner()
  // A Map tells 1 from "1", and takes 0 and -0 for one: JSON's equality for what is not an object or array.
  const scalars = new Map<unknown, number>()
  const composites = new Map<string, Alike>()

  function addComposite(value: object, index: number): number | undefined {
    const outline = outlineOf(value)
    const alike = composites.get(outline)
    if (alike !== undefined) return put(keysOf(alike), canonicalKey(value), index)
    composites.set(outline, { first: value, index })
    return undefined
  }

  function hasComposite(value: object): boolean {
    const alike = composites.get(outlineOf(value))
    return alike !== undefined && keysOf(alike).has(canonicalKey(value))
  }

  return {
    has: (value) => (isComposite(value) ? hasComposite(value) : scalars.has(value)),
    add: (value, index) => (isComposite(value) ? addComposite(value, index) : put(scalars, value, index)),
  }
}

/** Composite values with one outline. Most have one of their own, and then no whole key is ever made. */
interface Alike {
  readonly first: object
  readonly index: number
  keys?: Map<string, number>
}

function keysOf(alike: Alike): Map<string, number> {
  alike.keys ??= new Map([[canonicalKey(alike.first), alike.index]])
  return alike.keys
}

/**
 * Gives what equal values have in common and is cheap to see: their own scalars, and where there is more. Others may
 * share it by chance, so nothing is quoted. Keys are sorted only when they are not those of the value before.
 */
function createOutliner(): (value: object) => string {
  let keys: readonly string[] = []
  let sorted: readonly string[] = []
  return (value) => {
    const members = value as Readonly<Record<string, unknown>>
    const own = Object.keys(members)
    if (!isSame(own, keys)) {
      keys = own
      sorted = [...own].sort()
    }
    let outline = ''
    for (const key of sorted) {
      const member = members[key]
      outline += `${key}:${isComposite(member) ? '{' : member === 0 ? 0 : member},`
    }
    return outline
  }
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((key, index) => key === right[index])
}

function isComposite(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function put<K>(map: Map<K, number>, key: K, index: number): number | undefined {
  const earlier = map.get(key)
  if (earlier === undefined) map.set(key, index)
  return earlier
}
