export type JsonObject = Readonly<Record<string, unknown>>
/** A JSON Schema: an object, or a boolean that accepts everything or nothing. */
export type Schema = boolean | JsonObject

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'boolean' || isObject(value)
}

/** Own properties only: a schema may well be asked for its `constructor`. */
export function property(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
