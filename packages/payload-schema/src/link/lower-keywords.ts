import { compareNumbers, isExactNumber, isInteger } from '../numbers/decimal.js'
import type { Patterns } from '../patterns/patterns.js'
import { refuse } from '../refuse.js'
import type { Draft } from './dialect.js'
import { isKnownFormat } from './formats.js'
import { isObject, isSchema, type JsonObject, property, type Schema } from './json-value.js'
import { schemaPlace } from './keywords.js'

/** `type` where values may hold bigints: Ajv's own cannot be replaced. */
export const EXACT_TYPE = 'exactType'

export type Mutable = Record<string, unknown>

export interface Lowering {
  readonly draft: Draft
  readonly patterns: Patterns
  readonly ignoredFormats: ReadonlySet<string>
  readonly isExact: boolean
  subschema(child: Schema): Schema
}

/** One schema object in 2020-12's keywords, only those that we check; unknown ones are left out. */
export function lowerKeywords(source: JsonObject, lowering: Lowering): Mutable {
  const out: Mutable = {}
  lowerAssertions(source, out, lowering)
  lowerBounds(source, out, lowering.draft)
  lowerApplicators(source, out, lowering)
  lowerItems(source, out, lowering)
  lowerProperties(source, out, lowering)
  lowerDependencies(source, out, lowering)
  return out
}

/** Nothing has so many items, characters or properties that more than this made a difference. */
const toCount = (value: unknown): unknown => (typeof value === 'bigint' ? Number.MAX_SAFE_INTEGER : value)

type Check = (value: unknown) => boolean

const isNumber: Check = isExactNumber
const isCount: Check = (value) => isExactNumber(value) && isInteger(value) && compareNumbers(value, 0) >= 0
const isStrings: Check = (value) => Array.isArray(value) && value.every((each) => typeof each === 'string')

const TYPES: ReadonlySet<unknown> = new Set('array boolean integer null number object string'.split(' '))
const isType: Check = (value) =>
  Array.isArray(value) ? value.length > 0 && value.every((each) => TYPES.has(each)) : TYPES.has(value)

const ASSERTIONS: ReadonlyMap<string, { since?: Draft; check: Check; must: string }> = new Map([
  ['type', { check: isType, must: 'a type of JSON or a list of them' }],
  ['enum', { check: Array.isArray, must: 'an array' }],
  ['const', { since: 6, check: () => true, must: 'anything' }],
  [
    'multipleOf',
    { check: (value) => isExactNumber(value) && compareNumbers(value, 0) > 0, must: 'a number above 0' },
  ],
  ['required', { check: isStrings, must: 'an array of strings' }],
  ['uniqueItems', { check: (value) => typeof value === 'boolean', must: 'a boolean' }],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'].map(
    (name) => [name, { check: isCount, must: 'a non-negative integer' }] as const,
  ),
  ...(['minContains', 'maxContains'] as const).map(
    (name) => [name, { since: 2019, check: isCount, must: 'a non-negative integer' }] as const,
  ),
])

function lowerAssertions(
  source: JsonObject,
  out: Mutable,
  { draft, patterns, ignoredFormats, isExact }: Lowering,
): void {
  for (const [keyword, { since = 4, check, must }] of ASSERTIONS) {
    const value = property(source, keyword)
    if (value === undefined || draft < since) continue
    if (!check(value)) mustBe(keyword, must)
    const name = isExact && keyword === 'type' ? EXACT_TYPE : keyword
    out[name] = check === isCount ? toCount(value) : value
  }
  const format = property(source, 'format')
  if (isKnownFormat(format) && !ignoredFormats.has(format)) out.format = format
  const pattern = property(source, 'pattern')
  if (pattern === undefined) return
  out.pattern = typeof pattern === 'string' ? patterns.add(pattern) : mustBe('pattern', 'a string')
}

const BOUNDS = [
  ['maximum', 'exclusiveMaximum'],
  ['minimum', 'exclusiveMinimum'],
] as const

/** In draft-04 `exclusiveMaximum: true` makes `maximum` exclusive; since draft-06 it is a bound itself. */
function lowerBounds(source: JsonObject, out: Mutable, draft: Draft): void {
  for (const [inclusive, exclusive] of BOUNDS) {
    const bound = property(source, inclusive)
    const strict = property(source, exclusive)
    if (bound !== undefined && !isNumber(bound)) mustBe(inclusive, 'a number')
    if (draft === 4) {
      if (bound !== undefined) out[strict === true ? exclusive : inclusive] = bound
      continue
    }
    if (strict !== undefined && !isNumber(strict)) mustBe(exclusive, 'a number')
    if (bound !== undefined) out[inclusive] = bound
    if (strict !== undefined) out[exclusive] = strict
  }
}

const SINGLE = 'not if then else propertyNames contains unevaluatedProperties unevaluatedItems'.split(' ')
const LISTS = ['allOf', 'anyOf', 'oneOf']

function lowerApplicators(source: JsonObject, out: Mutable, lowering: Lowering): void {
  for (const keyword of SINGLE) {
    const value = known(source, keyword, lowering)
    if (value !== undefined) out[keyword] = lowerOne(keyword, value, lowering)
  }
  for (const keyword of LISTS) {
    const value = known(source, keyword, lowering)
    if (value !== undefined) out[keyword] = lowerList(keyword, value, lowering)
  }
}

function addAllOf(out: Mutable, schemas: readonly Schema[]): void {
  out.allOf = [...(Array.isArray(out.allOf) ? out.allOf : []), ...schemas]
}

/** `items` with an array, and `additionalItems`, are `prefixItems` and `items` since 2020-12. */
function lowerItems(source: JsonObject, out: Mutable, lowering: Lowering): void {
  const items = known(source, 'items', lowering)
  const prefix = lowering.draft === 2020 ? known(source, 'prefixItems', lowering) : undefined
  if (Array.isArray(items) && lowering.draft < 2020) {
    if (items.length > 0) out.prefixItems = lowerList('items', items, lowering)
    const rest = known(source, 'additionalItems', lowering)
    if (rest !== undefined) out.items = lowerOne('additionalItems', rest, lowering)
    return
  }
  if (prefix !== undefined) out.prefixItems = lowerList('prefixItems', prefix, lowering)
  if (items !== undefined) out.items = lowerOne('items', items, lowering)
}

/** Ajv skips a property or pattern that is spelled `__proto__`; as a pattern it is held to its schema. */
const PROTO = '__proto__'

function lowerProperties(source: JsonObject, out: Mutable, lowering: Lowering): void {
  const named = lowerMap('properties', source, lowering)
  const matched = lowerMap('patternProperties', source, lowering)
  const rest = known(source, 'additionalProperties', lowering)
  const properties: Mutable = {}
  const byPattern = new Map<string, Schema[]>()
  const match = (pattern: string, schema: Schema): void => {
    byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), schema])
  }
  for (const [name, schema] of named) {
    if (name === PROTO) match(`^${PROTO}$`, schema)
    else properties[name] = schema
  }
  for (const [pattern, schema] of matched) match(pattern === PROTO ? `(?:${PROTO})` : pattern, schema)
  if (Object.keys(properties).length > 0) out.properties = properties
  if (byPattern.size > 0) {
    out.patternProperties = Object.fromEntries(
      [...byPattern].map(([pattern, all]) => [
        lowering.patterns.add(pattern),
        all.length > 1 ? { allOf: all } : all[0],
      ]),
    )
  }
  if (rest !== undefined) out.additionalProperties = lowerOne('additionalProperties', rest, lowering)
}

/**
 * A dependency is "the property is absent, or else". Written so, it does not matter what the
 * property is called (Ajv skips `__proto__` here too).
 */
function lowerDependencies(source: JsonObject, out: Mutable, lowering: Lowering): void {
  const schemas: [string, Schema][] = lowerMap('dependentSchemas', source, lowering)
  const required = lowering.draft >= 2019 ? property(source, 'dependentRequired') : undefined
  const dependencies = known(source, 'dependencies', lowering)
  for (const [keyword, map] of [
    ['dependentRequired', required],
    ['dependencies', dependencies],
  ] as const) {
    if (map === undefined) continue
    for (const [name, value] of isObject(map) ? Object.entries(map) : mustBe(keyword, 'an object')) {
      if (isStrings(value)) schemas.push([name, { required: value }])
      else if (keyword === 'dependencies') schemas.push([name, lowerOne(keyword, value, lowering)])
      else mustBe(keyword, 'an object of arrays of strings')
    }
  }
  if (schemas.length === 0) return
  addAllOf(
    out,
    schemas.map(([name, then]) => ({ if: { required: [name] }, then })),
  )
}

function known(source: JsonObject, keyword: string, { draft }: Lowering): unknown {
  return schemaPlace(keyword, draft) === undefined ? undefined : property(source, keyword)
}

function lowerOne(keyword: string, value: unknown, lowering: Lowering): Schema {
  return isSchema(value) ? lowering.subschema(value) : mustBe(keyword, 'a schema')
}

function lowerList(keyword: string, value: unknown, lowering: Lowering): Schema[] {
  if (!Array.isArray(value) || value.length === 0) return mustBe(keyword, 'a non-empty array of schemas')
  return value.map((each: unknown) => lowerOne(keyword, each, lowering))
}

function lowerMap(keyword: string, source: JsonObject, lowering: Lowering): [string, Schema][] {
  const value = known(source, keyword, lowering)
  if (value === undefined) return []
  if (!isObject(value)) return mustBe(keyword, 'an object of schemas')
  return Object.entries(value).map(([name, each]) => [name, lowerOne(keyword, each, lowering)])
}

function mustBe(keyword: string, what: string): never {
  return refuse(`${keyword} must be ${what}`)
}
