import type { Limits } from '../limits.js'
import { createPatterns, type Patterns } from '../patterns/patterns.js'
import { refuse } from '../refuse.js'
import { DEFAULT_DIALECT, dialectOf } from './dialect.js'
import { createDynamicScope, type DynamicScope } from './dynamic-scope.js'
import { indexDocument } from './index-document.js'
import { isObject, type JsonObject, property, type Schema } from './json-value.js'
import type { KnownResources } from './known-documents.js'
import { type Lowering, lowerKeywords, type Mutable } from './lower-keywords.js'
import { resolveReference } from './resolve-reference.js'
import type { SchemaResource, Target } from './schema-resource.js'
import { splitFragment } from './uri.js'

/**
 * A schema without names: whatever its draft, rewritten into the vocabulary of 2020-12, with nothing
 * in it but the keywords that we check, and every reference a `#/$defs/<n>`.
 *
 * So two schemas cannot disturb each other by their `$id`s, no keyword of Ajv's own (`$async`,
 * `nullable`, `$data`, `discriminator`) can be reached from outside, and what is measured on this
 * graph is what Ajv compiles.
 */
export interface LinkedSchema {
  readonly root: { readonly $ref: string; readonly $defs: Readonly<Record<string, Schema>> }
  readonly patterns: Patterns
  readonly subschemas: number
  /** Whether it is for values, or itself has values, in which a bigint stands for a number: see EXACT_KEYWORDS. */
  readonly isExact: boolean
}

export interface LinkOptions {
  /** Formats that are not enforced. @default none */
  ignoredFormats?: ReadonlySet<string>
  /** @default false */
  isExact?: boolean
}

/** Where a document without `$id` is said to be from: a name that no catalogue uses. */
const NO_URI = 'epr://schema/'

type LinkLimits = Pick<Limits, 'maxSubschemas' | 'maxPatternLength' | 'maxPatternProgram'>

/** @throws INVALID_ARGUMENT for a reference that nobody knows, a pattern RE2 cannot run, a limit exceeded. */
export function linkSchema(
  schema: Schema,
  known: KnownResources,
  limits: LinkLimits,
  { ignoredFormats = new Set(), isExact = false }: LinkOptions = {},
): LinkedSchema {
  const definitions: Record<string, Schema> = {}
  const names = new Map<DynamicScope, Map<JsonObject, string>>()
  const waiting: (() => void)[] = []
  const patterns = createPatterns(limits)
  let subschemas = 0
  let named = 0

  const define = (target: Target, scope: DynamicScope): Schema => {
    if (!isObject(target.schema)) return target.schema
    const inner = scope.enter(target.resource)
    const inScope = names.get(inner) ?? new Map<JsonObject, string>()
    names.set(inner, inScope)
    const name = inScope.get(target.schema) ?? `s${named++}`
    if (!inScope.has(target.schema)) {
      inScope.set(target.schema, name)
      waiting.push(() => {
        definitions[name] = emit(target.schema, target.resource, inner)
      })
    }
    return { $ref: `#/$defs/${name}` }
  }

  const emit = (source: Schema, parent: SchemaResource, outer: DynamicScope): Schema => {
    subschemas += 1
    if (subschemas > limits.maxSubschemas) refuse(`it has more than ${limits.maxSubschemas} sub-schemas`)
    if (!isObject(source)) return source
    const resource = parent.document.owners.get(source) ?? parent
    const scope = resource === parent ? outer : outer.enter(resource)
    const lowering: Lowering = {
      draft: resource.dialect.draft,
      patterns,
      ignoredFormats,
      isExact,
      subschema: (child) => emit(child, resource, scope),
    }
    const references = referencesOf(source, resource, scope, known).map((target) => define(target, scope))
    if (references.length > 0 && resource.dialect.refAlone) return references[0] ?? true
    const lowered = lowerKeywords(source, lowering)
    return references.reduce(joinReference, lowered)
  }

  const resource = rootResource(schema)
  const root = define({ schema, resource }, createDynamicScope())
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) next()
  const $ref = isObject(root) ? String(root.$ref) : '#/$defs/root'
  return { root: { $ref, $defs: isObject(root) ? definitions : { root } }, patterns, subschemas, isExact }
}

function rootResource(schema: Schema): SchemaResource {
  const document = indexDocument(schema, NO_URI, dialectOf(schema, DEFAULT_DIALECT))
  const resource = document.resources.get(NO_URI)
  if (resource === undefined || resource === 'ambiguous') return refuse(`its $id is ${NO_URI}, which is ours`)
  return resource
}

function referencesOf(
  source: JsonObject,
  resource: SchemaResource,
  scope: DynamicScope,
  known: KnownResources,
): readonly Target[] {
  const { draft } = resource.dialect
  const follow = (keyword: string): Target | undefined => {
    const reference = property(source, keyword)
    if (typeof reference !== 'string') return undefined
    const target = resolveReference(reference, resource, known)
    return keyword === '$ref' ? target : redirect(target, splitFragment(reference).fragment, scope)
  }
  const targets = [
    follow('$ref'),
    draft === 2020 ? follow('$dynamicRef') : undefined,
    draft === 2019 ? follow('$recursiveRef') : undefined,
  ]
  return targets.filter((target) => target !== undefined)
}

/** A dynamic reference to a dynamic anchor goes to the outermost one of the name. */
function redirect(target: Target, name: string, scope: DynamicScope): Target {
  const isDynamic = target.resource.dynamicAnchors.get(name) === target.schema
  return (isDynamic ? scope.find(name) : undefined) ?? target
}

function joinReference(schema: Schema, reference: Schema): Schema {
  if (!isObject(schema)) return schema
  if (isObject(reference) && schema.$ref === undefined) return { ...schema, ...reference }
  const joined: Mutable = { ...schema }
  joined.allOf = [...(Array.isArray(schema.allOf) ? schema.allOf : []), reference]
  return joined
}
