type Path = readonly (string | number)[]

/** A value that is a little off, and what was done to it. */
export interface Mutation {
  what: string
  value: unknown
}

const OTHERS: readonly unknown[] = [
  ...[null, true, 1.5, '', ' ', 'nonsense', '/relative', 'https://example.org/a', '2026-11-24T00:00:00Z'],
  ...['a b<>', [], ['text'], [1], {}, { id: 'x' }, { contextId: '' }],
]

/** Every member removed, every value replaced by others of all types, a member too many in every object. */
export function* mutationsOf(value: unknown): Generator<Mutation> {
  for (const path of pathsOf(value)) {
    const place = `/${path.join('/')}`
    if (path.length > 0) yield { what: `${place} removed`, value: edit(value, path, undefined) }
    for (const other of OTHERS) {
      yield { what: `${place} is ${JSON.stringify(other)}`, value: edit(value, path, other) }
    }
    if (isObject(at(value, path))) {
      yield { what: `${place}/extra added`, value: edit(value, [...path, 'extra'], 'more') }
    }
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  yield path
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) yield* pathsOf(member, [...path, name])
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((object, name) => (object as Record<string, unknown>)[name], value)
}

/** A copy in which what stands at the path is another value, or nothing. */
function edit(value: unknown, path: Path, other: unknown): unknown {
  if (path.length === 0) return other
  const copy = structuredClone(value)
  const parent = at(copy, path.slice(0, -1)) as Record<string, unknown>
  const name = String(path.at(-1))
  if (other !== undefined) parent[name] = other
  else if (Array.isArray(parent)) parent.splice(Number(name), 1)
  else delete parent[name]
  return copy
}

type Schema = Readonly<Record<string, unknown>>

/** A value with every member that a schema of ours names. */
export function sampleOf(schema: Schema): unknown {
  if (schema.enum) return (schema.enum as unknown[])[0]
  for (const union of ['oneOf', 'anyOf'])
    if (schema[union]) return sampleOf((schema[union] as Schema[])[0] ?? {})
  if (schema.type === 'array') return samplesOf(schema.items as Schema)
  if (schema.type === 'object') {
    const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>)
    return Object.fromEntries(properties.map(([name, property]) => [name, sampleOf(property)]))
  }
  if (schema.format === 'date-time') return '2026-11-24T10:00:00Z'
  return schema.format === 'uri' ? 'https://example.org/a' : 'sample'
}

/** An item of each kind that an array may hold. */
function samplesOf(items: Schema): unknown[] {
  return ((items.anyOf ?? [items]) as Schema[]).map(sampleOf)
}
