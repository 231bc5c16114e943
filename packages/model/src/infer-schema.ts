import type { Json } from './json.js'

/** What has been seen at one place of several values. */
interface Seen {
  /** How many values there were. */
  values: number
  types: Set<string>
  /** How many of them were objects. */
  objects: number
  members: Map<string, Seen>
  elements: Seen | undefined
}

/** An object with more different keys than that is taken for a table, whose keys say nothing of the next one. */
const MAX_MEMBERS = 200

const nothing = (): Seen => ({
  values: 0,
  types: new Set(),
  objects: 0,
  members: new Map(),
  elements: undefined,
})

function typeOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value
}

function see(seen: Seen, value: Json): void {
  seen.values++
  seen.types.add(typeOf(value))
  if (Array.isArray(value)) {
    seen.elements ??= nothing()
    for (const element of value) see(seen.elements, element)
  } else if (typeof value === 'object' && value !== null) {
    seen.objects++
    for (const [key, member] of Object.entries(value)) {
      const known = seen.members.get(key) ?? nothing()
      seen.members.set(key, known)
      see(known, member)
    }
  }
}

const ORDER = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']

/** An integer is a number, too. */
function typesOf({ types }: Seen): string[] {
  return ORDER.filter((type) => types.has(type) && !(type === 'integer' && types.has('number')))
}

function merge(seen: readonly Seen[]): Seen {
  const all = nothing()
  for (const one of seen) {
    all.values += one.values
    all.objects += one.objects
    for (const type of one.types) all.types.add(type)
    for (const [key, member] of one.members)
      all.members.set(key, merge([all.members.get(key) ?? nothing(), member]))
    if (one.elements) all.elements = merge([all.elements ?? nothing(), one.elements])
  }
  return all
}

function membersOf({ members, objects }: Seen): { [keyword: string]: Json } {
  if (members.size > MAX_MEMBERS) return { additionalProperties: toSchema(merge([...members.values()])) }
  const required = [...members].filter(([, { values }]) => values === objects).map(([key]) => key)
  return {
    ...(required.length > 0 && { required }),
    ...(members.size > 0 && {
      properties: Object.fromEntries([...members].map(([key, member]) => [key, toSchema(member)])),
    }),
  }
}

function toSchema(seen: Seen): { [keyword: string]: Json } {
  const types = typesOf(seen)
  const [only] = types
  return {
    ...(only !== undefined && { type: types.length === 1 ? only : types }),
    ...(seen.objects > 0 && membersOf(seen)),
    ...(seen.elements && seen.elements.values > 0 && { items: toSchema(seen.elements) }),
  }
}

/**
 * A JSON Schema (draft-07) that all of the values satisfy: the types that they have, and as required what none of them lacks.
 * It proposes: what else may come, and which texts are meant, a few values do not say.
 */
export function inferSchema(values: readonly Json[]): { [keyword: string]: Json } {
  const seen = nothing()
  for (const value of values) see(seen, value)
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...toSchema(seen) }
}
