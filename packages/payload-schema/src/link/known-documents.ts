import { createRequire } from 'node:module'
import { DEFAULT_DIALECT, dialectOf } from './dialect.js'
import { indexDocument } from './index-document.js'
import { isSchema } from './json-value.js'
import type { SchemaDocument, SchemaResource } from './schema-resource.js'
import { resolveUri, splitFragment } from './uri.js'

/** Schemas that a receiver's `$ref` may name although they are not its own. Nothing is ever fetched. */
export interface SchemaCatalogue {
  /** `$id` or URL → schema document; a document may stand under several. */
  readonly documents: ReadonlyMap<string, unknown>
}

/** Answers the resource at an absolute URI without fragment. */
export type KnownResources = (uri: string) => SchemaResource | undefined

/** The meta-schemas of all drafts and the catalogue's schemas; each is read when it is first asked for. */
export function createKnownResources(catalogue?: SchemaCatalogue): KnownResources {
  const documents = new Map<string, unknown>()
  for (const [url, document] of catalogue?.documents ?? []) documents.set(toKey(url), document)
  const indexed = new Map<string, SchemaDocument>()
  return (uri) => {
    const document = indexed.get(uri) ?? index(uri, documents.get(uri) ?? metaSchema(uri))
    if (document === undefined) return undefined
    indexed.set(uri, document)
    const resource = document.resources.get(uri)
    return resource === 'ambiguous' ? undefined : resource
  }
}

function toKey(url: string): string {
  return resolveUri(splitFragment(url).uri, '')
}

function index(uri: string, document: unknown): SchemaDocument | undefined {
  if (!isSchema(document)) return undefined
  return indexDocument(document, uri, dialectOf(document, DEFAULT_DIALECT))
}

const requireJson = createRequire(import.meta.url)
const OLD_META = /^https?:\/\/json-schema\.org\/draft-0([467])\/schema$/
const NEW_META = /^https?:\/\/json-schema\.org\/draft\/(2019-09|2020-12)\/(schema|meta\/[a-z-]+)$/
const VOCABULARIES = new Set(
  'applicator content core format format-annotation meta-data unevaluated validation'.split(' '),
)

/** The meta-schemas as Ajv's packages carry them. The names are matched whole: no path of a stranger's. */
function metaSchema(uri: string): unknown {
  const [, old] = OLD_META.exec(uri) ?? []
  if (old === '4') return requireJson('ajv-draft-04/dist/refs/json-schema-draft-04.json')
  if (old !== undefined) return requireJson(`ajv/dist/refs/json-schema-draft-0${old}.json`)
  const [, draft, part] = NEW_META.exec(uri) ?? []
  if (draft === undefined || part === undefined) return undefined
  const vocabulary = part === 'schema' ? undefined : part.slice('meta/'.length)
  if (vocabulary !== undefined && !VOCABULARIES.has(vocabulary)) return undefined
  if (draft === '2019-09' && (vocabulary === 'unevaluated' || vocabulary === 'format-annotation'))
    return undefined
  if (draft === '2020-12' && vocabulary === 'format') return undefined
  return requireJson(`ajv/dist/refs/json-schema-${draft}/${part}.json`)
}
