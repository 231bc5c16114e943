import type { Dialect } from './dialect.js'
import type { JsonObject, Schema } from './json-value.js'

/**
 * A schema resource (JSON Schema 2020-12 core, section 4.3.5): the part of a document under one
 * `$id`, up to the next `$id`.
 */
export interface SchemaResource {
  readonly uri: string
  readonly dialect: Dialect
  readonly root: Schema
  readonly document: SchemaDocument
  readonly anchors: Map<string, JsonObject>
  /** Names that `$dynamicRef` looks up; `''` stands for draft 2019-09's `$recursiveAnchor: true`. */
  readonly dynamicAnchors: Map<string, JsonObject>
}

export interface SchemaDocument {
  /** By absolute URI without fragment; `'ambiguous'` when two sub-schemas claim the same one. */
  readonly resources: Map<string, SchemaResource | 'ambiguous'>
  /** The resource that each visited schema object belongs to. */
  readonly owners: Map<JsonObject, SchemaResource>
}

/** A schema and the resource whose URI and dialect its keywords are read with. */
export interface Target {
  readonly schema: Schema
  readonly resource: SchemaResource
}
