import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inferSchema } from './infer-schema.js'
import type { Json } from './json.js'

interface Schema {
  type?: string | string[]
  required?: string[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema
  items?: Schema
}

function isOfType(value: Json, type: string): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return type === 'integer' ? Number.isInteger(value) : typeof value === type
}

/** The keywords that are inferred, and no others. */
function satisfies(schema: Schema, value: Json): boolean {
  const { type, required = [], properties = {}, additionalProperties, items } = schema
  if (type !== undefined && ![type].flat().some((each) => isOfType(value, each))) return false
  if (Array.isArray(value)) return items === undefined || value.every((each) => satisfies(items, each))
  if (typeof value !== 'object' || value === null) return true
  return (
    required.every((key) => Object.hasOwn(value, key)) &&
    Object.entries(value).every(([key, member]) => {
      const own = Object.hasOwn(properties, key) ? properties[key] : additionalProperties
      return own === undefined || satisfies(own, member)
    })
  )
}

const $schema = 'http://json-schema.org/draft-07/schema#'

describe('a schema that is inferred from values', () => {
  it('has the types that they have, and requires what none of them lacks', () => {
    expect(
      inferSchema([
        { critical: 2, tool: 'trivy', findings: [{ id: 'CVE-1', score: 9.8 }] },
        { critical: 0, tool: null, findings: [{ id: 'CVE-2', score: 7, fixed: true }] },
      ]),
    ).toEqual({
      $schema,
      type: 'object',
      required: ['critical', 'tool', 'findings'],
      properties: {
        critical: { type: 'integer' },
        tool: { type: ['string', 'null'] },
        findings: {
          type: 'array',
          items: {
            type: 'object',
            required: ['id', 'score'],
            properties: { id: { type: 'string' }, score: { type: 'number' }, fixed: { type: 'boolean' } },
          },
        },
      },
    })
  })

  it('asks nothing of what was never seen', () => {
    expect(inferSchema([])).toEqual({ $schema })
    expect(inferSchema([[], {}])).toEqual({ $schema, type: ['object', 'array'] })
  })

  it('takes an object with ever other keys for a table', () => {
    const table = Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`key-${at}`, at]))
    expect(inferSchema([table])).toEqual({
      $schema,
      type: 'object',
      additionalProperties: { type: 'integer' },
    })
  })

  it('takes every key as it is', () => {
    const value = JSON.parse('{"__proto__": {"constructor": 1}}') as Json
    expect(JSON.stringify(inferSchema([value]))).toContain('"properties":{"__proto__":{"type":"object"')
  })

  it('is satisfied by each of the values', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue() as fc.Arbitrary<Json>), (values) => {
        const schema = inferSchema(values)
        for (const value of values) expect(satisfies(schema, value)).toBe(true)
      }),
    )
  })
})
