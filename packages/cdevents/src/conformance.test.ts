import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type EventType, eventTypes } from './event-types.js'
import { createSchemaCatalogue, schemaFor } from './schema.js'
import { type Mutation, mutationsOf, sampleOf } from './test-mutations.js'
import { createValidator } from './test-validator.js'

interface SpecSchema {
  $id: string
  properties: { context: { properties: { type: { enum: [EventType] } } } }
}
interface SpecEvent {
  context: { type: EventType }
}

const directory = process.env.CDEVENTS_SPEC_DIR
const known = new Set<string>(eventTypes.map(({ type }) => type))

function readAll<T>(...path: string[]): T[] {
  const folder = join(directory ?? '', ...path)
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as T)
}

/** Where two validators do not agree about a value or what is made of it. */
function disagreements(
  ours: (value: unknown) => boolean,
  theirs: (value: unknown) => boolean,
  value: unknown,
): string[] {
  const all: Mutation[] = [{ what: 'itself', value }, ...mutationsOf(value)]
  return all
    .filter((mutation) => ours(mutation.value) !== theirs(mutation.value))
    .map(({ what, value }) => `${what}: ${theirs(value) ? 'refused' : 'accepted'} by ours only`)
}

const ourSchema = createValidator()

/** Some hundred schemas are compiled, without haste. */
const TIMEOUT_MS = 60_000

describe.each(['0.5.1', '0.4.1'] as const)('CDEvents %s', { timeout: TIMEOUT_MS }, (release) => {
  const name = (what: string) =>
    directory ? what : `did not run, because CDEVENTS_SPEC_DIR is not set: ${what}`
  const specification = () => ({
    schemas: readAll<SpecSchema>(release, 'schemas'),
    links: readAll<SpecSchema>(release, 'schemas', 'links'),
    examples: readAll<SpecEvent>(release, 'conformance').filter(({ context }) => known.has(context.type)),
  })
  const types = eventTypes.filter((each) => each.release === release).map(({ type }) => type)
  const typeOf = ({ properties }: SpecSchema) => properties.context.properties.type.enum[0]

  it.skipIf(!directory)(name("has the specification's types and schema ids"), () => {
    const { schemas, links } = specification()
    const theirs = new Map(schemas.map((schema) => [typeOf(schema), schema.$id]))
    if (release === '0.5.1') expect([...theirs.keys()].sort()).toEqual([...types].sort())
    for (const type of types) expect(schemaFor(type).$id).toBe(theirs.get(type))
    const ids = [...createSchemaCatalogue().keys()]
    expect(ids).toEqual(expect.arrayContaining(links.map(({ $id }) => $id)))
  })

  it.skipIf(!directory)(name('takes every conformance example'), () => {
    const { examples } = specification()
    expect(examples).toHaveLength(types.length)
    for (const example of examples) {
      const validate = ourSchema(schemaFor(example.context.type))
      validate(example)
      expect([example.context.type, validate.errors]).toEqual([example.context.type, null])
    }
  })

  it.skipIf(!directory)(name("refuses a mutation exactly when the specification's schema does"), () => {
    const { schemas, links, examples } = specification()
    const specSchema = createValidator(links)
    for (const schema of schemas.filter((each) => types.includes(typeOf(each)))) {
      const type = typeOf(schema)
      const [ours, theirs] = [ourSchema(schemaFor(type)), specSchema(schema)]
      const values = [sampleOf(schemaFor(type)), ...examples.filter(({ context }) => context.type === type)]
      expect(values).toHaveLength(2)
      for (const value of values) {
        expect([type, theirs(value), disagreements(ours, theirs, value)]).toEqual([type, true, []])
      }
    }
  })

  it.skipIf(!directory)(name('has the links of the specification'), () => {
    const { links } = specification()
    const specSchema = createValidator(links)
    const catalogue = createSchemaCatalogue()
    for (const { $id } of links) {
      const schema = catalogue.get($id) ?? {}
      const [ours, theirs] = [ourSchema(schema), specSchema({ $ref: $id })]
      const value = sampleOf(schema)
      expect([$id, theirs(value), disagreements(ours, theirs, value)]).toEqual([$id, true, []])
    }
  })
})
