import type { Limits } from '../limits.js'
import { isObject, type JsonObject, type Schema } from '../link/json-value.js'
import type { LinkedSchema } from '../link/link-schema.js'
import { refuse } from '../refuse.js'

/**
 * An upper bound of the elementary checks per UTF-16 unit of payload text; Infinity when the schema is
 * recursive, because a recursive one can multiply its checks with every level of the payload.
 *
 * Sound, because the texts of a value's members do not overlap: what is spent on all of them
 * together is at most the rate of the dearest schema that any one of them meets.
 *
 * @throws INVALID_ARGUMENT when a `$ref` leads back to itself on the same value, or when the checks
 * that one value meets multiply out beyond the limit (twenty levels of two references each do).
 */
export function assertAffordable(
  { root, patterns }: LinkedSchema,
  limits: Pick<Limits, 'maxBranches'>,
): number {
  const sizePattern = (pattern: string): number => patterns.programSize(pattern)
  const branches = foldDefinitions(root.$defs, {
    cycle: () => refuse('a $ref leads back to itself without going into the value: it would never end'),
    combine: (schema, visit) => ownChecks(schema, sizePattern) + sum(appliedInPlace(schema).map(visit)),
  })
  for (const name of Object.keys(root.$defs)) {
    if (branches(name) > limits.maxBranches) {
      refuse(
        `its $ref and allOf, anyOf, oneOf multiply out to more than ${limits.maxBranches} checks of one value`,
      )
    }
  }
  const rates = foldDefinitions(root.$defs, {
    cycle: () => Number.POSITIVE_INFINITY,
    combine: (schema, visit) =>
      ownChecks(schema, sizePattern) +
      sum(appliedInPlace(schema).map(visit)) +
      sum(appliedToMembers(schema).map((alternatives) => Math.max(0, ...alternatives.map(visit)))),
  })
  return rates(root.$ref.slice(DEFINITION.length))
}

const DEFINITION = '#/$defs/'

interface Fold {
  cycle(): number
  combine(schema: JsonObject, visit: (child: Schema) => number): number
}

function foldDefinitions(
  definitions: Readonly<Record<string, Schema>>,
  fold: Fold,
): (name: string) => number {
  const done = new Map<string, number>()
  const open = new Set<string>()
  const visit = (schema: Schema): number => {
    if (!isObject(schema)) return 1
    const own = fold.combine(schema, visit)
    return typeof schema.$ref === 'string' ? own + visitDefinition(schema.$ref.slice(DEFINITION.length)) : own
  }
  const visitDefinition = (name: string): number => {
    const known = done.get(name)
    if (known !== undefined) return known
    if (open.has(name)) return fold.cycle()
    open.add(name)
    const value = visit(definitions[name] ?? true)
    open.delete(name)
    done.set(name, value)
    return value
  }
  return visitDefinition
}

function appliedInPlace(schema: JsonObject): Schema[] {
  const lists = [schema.allOf, schema.anyOf, schema.oneOf].flatMap((list) => list ?? [])
  return [...lists, schema.not, schema.if, schema.then, schema.else].filter(isPresent)
}

/** Each entry: schemas of which a member meets at most one. */
function appliedToMembers(schema: JsonObject): Schema[][] {
  const { properties, patternProperties, prefixItems } = schema
  const each = [
    ...(isObject(patternProperties) ? Object.values(patternProperties) : []),
    ...[schema.additionalProperties, schema.unevaluatedProperties, schema.propertyNames],
    ...[schema.items, schema.unevaluatedItems, schema.contains],
  ].filter(isPresent)
  const named = isObject(properties) ? Object.values(properties).filter(isPresent) : []
  const tuple = Array.isArray(prefixItems) ? prefixItems.filter(isPresent) : []
  return [named, tuple, ...each.map((one) => [one])]
}

const COMPARISON = 4
const FORMAT = 4
/** `url` is quadratic up to its length limit. */
const URL_FORMAT = 100

function ownChecks(schema: JsonObject, sizePattern: (pattern: string) => number): number {
  const { properties, patternProperties, required, enum: values, pattern, format } = schema
  const patterns = isObject(patternProperties) ? Object.keys(patternProperties) : []
  if (typeof pattern === 'string') patterns.push(pattern)
  return (
    1 +
    (isObject(properties) ? Object.keys(properties).length : 0) +
    (Array.isArray(required) ? required.length : 0) +
    (values !== undefined || schema.const !== undefined || schema.uniqueItems === true ? COMPARISON : 0) +
    (format === undefined ? 0 : format === 'url' ? URL_FORMAT : FORMAT) +
    sum(patterns.map(sizePattern))
  )
}

function isPresent(value: unknown): value is Schema {
  return value !== undefined
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
