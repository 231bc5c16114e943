import { quote, refuse } from '../refuse.js'
import { isObject, isSchema, type JsonObject, property } from './json-value.js'
import type { KnownResources } from './known-documents.js'
import type { SchemaResource, Target } from './schema-resource.js'
import { resolveUri, splitFragment } from './uri.js'

/**
 * What a `$ref` written in `from` means: the document's own resources first, so that nobody's `$id`
 * is taken for a known one; then the known ones. Nothing is fetched.
 */
export function resolveReference(reference: string, from: SchemaResource, known: KnownResources): Target {
  const { uri, fragment } = splitFragment(reference)
  const absolute = absoluteUri(uri, from)
  const resource = absolute === from.uri ? from : findResource(absolute, reference, from, known)
  if (fragment === '') return { schema: resource.root, resource }
  if (fragment.startsWith('/')) return followPointer(fragment, resource, reference)
  const schema = resource.anchors.get(fragment)
  if (schema === undefined) return unresolved(reference)
  return { schema, resource: ownerOf(schema, resource) }
}

function absoluteUri(uri: string, from: SchemaResource): string {
  return splitFragment(resolveUri(from.uri, uri)).uri
}

function findResource(
  uri: string,
  reference: string,
  from: SchemaResource,
  known: KnownResources,
): SchemaResource {
  const own = from.document.resources.get(uri)
  if (own === 'ambiguous') return refuse(`$ref ${quote(reference)} means more than one schema with this $id`)
  return own ?? known(uri) ?? unresolved(reference)
}

function unresolved(reference: string): never {
  return refuse(`$ref ${quote(reference)} cannot be resolved: it is neither in the schema nor known here`)
}

/**
 * RFC 6901. The target may stand where no keyword looks for a schema (`#/components/schemas/a`); an
 * `$id` in there stays data, so that no reference can change what others mean in a shared document.
 */
function followPointer(pointer: string, start: SchemaResource, reference: string): Target {
  let resource = start
  let value: unknown = start.root
  for (const token of pointer.slice(1).split('/')) {
    value = step(value, token.replaceAll('~1', '/').replaceAll('~0', '~'))
    if (isObject(value)) resource = ownerOf(value, resource)
  }
  if (!isSchema(value)) return unresolved(reference)
  return { schema: value, resource: isObject(value) ? ownerOf(value, resource) : resource }
}

function step(value: unknown, token: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(token) ? value[Number(token)] : undefined
  return isObject(value) ? property(value, token) : undefined
}

function ownerOf(schema: JsonObject, fallback: SchemaResource): SchemaResource {
  return fallback.document.owners.get(schema) ?? fallback
}
