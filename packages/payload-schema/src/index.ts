// For who validates: the schemas of a registry, and what they may cost.
export { DEFAULT_LIMITS, type Limits } from './limits.js'
export type { SchemaCatalogue } from './link/known-documents.js'
export {
  acceptsAll,
  createPayloadSchemas,
  type PayloadSchemas,
  type PayloadSchemasOptions,
  type SchemaOwner,
  type UnreadPayload,
} from './payload-schemas.js'
