import { type Dialect, dialectOf } from './dialect.js'
import { isObject, type JsonObject, property, type Schema } from './json-value.js'
import { schemaPlace } from './keywords.js'
import type { SchemaDocument, SchemaResource } from './schema-resource.js'
import { resolveUri, splitFragment } from './uri.js'

/** Finds every `$id` and anchor of a document. `uri` is where it was retrieved from. */
export function indexDocument(root: Schema, uri: string, dialect: Dialect): SchemaDocument {
  const document: SchemaDocument = { resources: new Map(), owners: new Map() }
  const id = isObject(root) ? property(root, dialect.idKeyword) : undefined
  const ownUri = typeof id === 'string' ? resolveUri(uri, splitFragment(id).uri) : uri
  const resource = newResource(root, ownUri, dialect, document)
  document.resources.set(uri, resource).set(ownUri, resource)
  adoptSchema(root, resource)
  return document
}

/** Reads `schema` and all below it as part of `parent`, or of the resources that begin there. */
function adoptSchema(schema: unknown, parent: SchemaResource): void {
  if (!isObject(schema) || parent.document.owners.has(schema)) return
  const resource = beginResource(schema, parent)
  parent.document.owners.set(schema, resource)
  readAnchors(schema, resource)
  for (const [keyword, value] of Object.entries(schema)) {
    for (const child of subschemas(keyword, value, resource)) adoptSchema(child, resource)
  }
}

function newResource(root: Schema, uri: string, dialect: Dialect, document: SchemaDocument): SchemaResource {
  return { uri, dialect, root, document, anchors: new Map(), dynamicAnchors: new Map() }
}

function beginResource(schema: JsonObject, parent: SchemaResource): SchemaResource {
  const id = property(schema, parent.dialect.idKeyword)
  if (typeof id !== 'string') return parent
  // Up to draft-07 `$ref` overrides the `$id` beside it.
  if (parent.dialect.refAlone && typeof property(schema, '$ref') === 'string') return parent
  const { uri, fragment } = splitFragment(id)
  const begins = uri !== '' && schema !== parent.root
  const resource = begins ? registerResource(schema, resolveUri(parent.uri, uri), parent) : parent
  // Up to draft-07 an id such as `#foo` is what `$anchor` is since 2019-09.
  if (fragment !== '' && parent.dialect.refAlone) resource.anchors.set(fragment, schema)
  return resource
}

function registerResource(schema: JsonObject, uri: string, parent: SchemaResource): SchemaResource {
  const { resources } = parent.document
  const resource = newResource(schema, uri, dialectOf(schema, parent.dialect), parent.document)
  resources.set(uri, resources.has(uri) ? 'ambiguous' : resource)
  return resource
}

function readAnchors(schema: JsonObject, resource: SchemaResource): void {
  const { draft } = resource.dialect
  if (draft < 2019) return
  const anchor = property(schema, '$anchor')
  if (typeof anchor === 'string') resource.anchors.set(anchor, schema)
  const dynamic = draft === 2020 ? property(schema, '$dynamicAnchor') : undefined
  if (typeof dynamic === 'string') {
    resource.anchors.set(dynamic, schema)
    resource.dynamicAnchors.set(dynamic, schema)
  }
  const isRecursive = draft === 2019 && schema === resource.root
  if (isRecursive && property(schema, '$recursiveAnchor') === true) resource.dynamicAnchors.set('', schema)
}

function subschemas(keyword: string, value: unknown, resource: SchemaResource): readonly unknown[] {
  const place = schemaPlace(keyword, resource.dialect.draft)
  if (place === undefined) return []
  if (Array.isArray(value)) return place === 'schemas' || place === 'schemaOrSchemas' ? value : []
  if (!isObject(value)) return []
  return place === 'schemaMap' || place === 'schemaOrStringsMap' ? Object.values(value) : [value]
}
