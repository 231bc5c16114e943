/** Any JSON value, as `JSON.parse` gives it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const JSON_TEXT: unique symbol = Symbol.for('epr.json-text')

/**
 * A JSON value that is carried as its source text, because parsing would change it: numbers beyond 2^53,
 * `-0`, integer-like keys out of order, and repeated keys do not survive `JSON.parse` (ECMA-404 leaves
 * all of them to the reader).
 */
export interface JsonText {
  readonly [JSON_TEXT]: string
}

/** Marks `text`, which must be one valid JSON value, to be written out as it stands. */
export function toJsonText(text: string): JsonText {
  return { [JSON_TEXT]: text }
}

/** Whether a value is a {@link JsonText}, of this or of another copy of this module. */
export function isJsonText(value: unknown): value is JsonText {
  return typeof value === 'object' && value !== null && JSON_TEXT in value
}

/** The text of a JSON value that is carried as text. */
export function fromJsonText(value: JsonText): string {
  return value[JSON_TEXT]
}

/**
 * `JSON.stringify` that writes every {@link JsonText} as it stands. Members that are `undefined` are left
 * out, as there. (`JSON.rawJSON`, which would do this, needs Node 21.)
 */
export function stringifyJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (isJsonText(value)) return fromJsonText(value)
  if (Array.isArray(value)) return `[${value.map(stringifyJson).join(',')}]`
  let text = ''
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${stringifyJson(member)}`
  }
  return `{${text}}`
}
