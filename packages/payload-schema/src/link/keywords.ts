import type { Draft } from './dialect.js'

/** How a keyword's value holds schemas. */
export type SchemaPlace = 'schema' | 'schemas' | 'schemaMap' | 'schemaOrSchemas' | 'schemaOrStringsMap'

interface SchemaKeyword {
  readonly place: SchemaPlace
  readonly since?: Draft
  readonly until?: Draft
}

/**
 * The keywords that hold sub-schemas. Only there an `$id` is an identifier and a `$ref` a reference:
 * an `enum` value or a property that is called `$ref` is data.
 */
const SCHEMA_KEYWORDS: Readonly<Record<string, SchemaKeyword>> = {
  definitions: { place: 'schemaMap' },
  $defs: { place: 'schemaMap', since: 2019 },
  not: { place: 'schema' },
  if: { place: 'schema', since: 7 },
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword.
  then: { place: 'schema', since: 7 },
  else: { place: 'schema', since: 7 },
  allOf: { place: 'schemas' },
  anyOf: { place: 'schemas' },
  oneOf: { place: 'schemas' },
  properties: { place: 'schemaMap' },
  patternProperties: { place: 'schemaMap' },
  additionalProperties: { place: 'schema' },
  propertyNames: { place: 'schema', since: 6 },
  unevaluatedProperties: { place: 'schema', since: 2019 },
  dependencies: { place: 'schemaOrStringsMap' },
  dependentSchemas: { place: 'schemaMap', since: 2019 },
  prefixItems: { place: 'schemas', since: 2020 },
  items: { place: 'schemaOrSchemas' },
  additionalItems: { place: 'schema', until: 2019 },
  unevaluatedItems: { place: 'schema', since: 2019 },
  contains: { place: 'schema', since: 6 },
}

/** Whether `draft` knows the keyword, and how it holds schemas; `undefined` when it does not. */
export function schemaPlace(keyword: string, draft: Draft): SchemaPlace | undefined {
  const known = Object.hasOwn(SCHEMA_KEYWORDS, keyword) ? SCHEMA_KEYWORDS[keyword] : undefined
  if (known === undefined || draft < (known.since ?? 4) || draft > (known.until ?? 2020)) return undefined
  return known.place
}
