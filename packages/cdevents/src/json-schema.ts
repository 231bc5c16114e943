import type { Field, Fields, Kind } from './field.js'

/** A JSON Schema that is an object. */
export type JsonSchema = Readonly<Record<string, unknown>>

const KINDS: Readonly<Record<Kind, JsonSchema>> = {
  text: { type: 'string' },
  filled: { type: 'string', minLength: 1 },
  uri: { type: 'string', format: 'uri' },
  reference: { type: 'string', minLength: 1, format: 'uri-reference' },
  moment: { type: 'string', format: 'date-time' },
  texts: { type: 'array', items: { type: 'string' } },
  object: { type: 'object' },
  any: {},
}

/** The JSON Schema (2020-12) of what fields describe. */
export function toJsonSchema(fields: Fields): JsonSchema {
  const members = Object.entries(fields).filter(([name]) => name !== '*')
  const required = members.filter(([name]) => name.endsWith('!')).map(([name]) => bare(name))
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, field]) => [bare(name), fieldSchema(field)])),
    ...(required.length > 0 && { required }),
    ...(!('*' in fields) && { additionalProperties: false }),
  }
}

function fieldSchema(field: Field): JsonSchema {
  if (typeof field === 'string') return KINDS[field]
  return isEnumeration(field) ? enumerationSchema(field) : toJsonSchema(field)
}

// `Array.isArray` does not narrow what is readonly.
const isEnumeration = (field: readonly string[] | Fields): field is readonly string[] => Array.isArray(field)

function enumerationSchema(values: readonly string[]): JsonSchema {
  const named = values.filter((value) => value !== '*' && value !== '+')
  if (values.includes('*')) return { ...KINDS.text, examples: named }
  if (values.includes('+')) return { ...KINDS.filled, examples: named }
  return { type: 'string', enum: named }
}

const bare = (name: string): string => name.replace(/!$/, '')
