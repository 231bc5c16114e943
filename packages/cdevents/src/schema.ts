import { definitionOf, type EventDefinition, type EventType, eventTypes } from './event-types.js'
import type { Fields } from './field.js'
import { type JsonSchema, toJsonSchema } from './json-schema.js'
import { EMBEDDED_LINKS, LINKS } from './link.js'

const DIALECT = { $schema: 'https://json-schema.org/draft/2020-12/schema' }
const BASE = 'https://cdevents.dev'

const LINKS_ARRAY = { type: 'array', items: { anyOf: Object.values(EMBEDDED_LINKS).map(toJsonSchema) } }

const CUSTOM_DATA = {
  customData: { oneOf: [{ type: 'object' }, { type: 'string', contentEncoding: 'base64' }] },
  customDataContentType: { type: 'string' },
}

/**
 * The JSON Schema (2020-12) of an event type, with the `$id` that the specification gives it. It refers to nothing:
 * whoever holds events to it needs no other document.
 *
 * @throws EprError INVALID_ARGUMENT for a type that is not one of {@link eventTypes}
 */
export function schemaFor(type: EventType): JsonSchema {
  const definition = definitionOf(type)
  return {
    ...DIALECT,
    $id: toSchemaId(definition),
    type: 'object',
    properties: { context: contextSchema(definition), subject: subjectSchema(definition), ...CUSTOM_DATA },
    required: ['context', 'subject'],
    additionalProperties: false,
  }
}

/** The testing events take any text as a source; the others a URI reference. */
const isTesting = ({ subject }: EventDefinition): boolean => subject.startsWith('test')

function contextSchema(definition: EventDefinition): JsonSchema {
  const fields: Fields = {
    [definition.release === '0.4.1' ? 'version!' : 'specversion!']: 'filled',
    'id!': 'filled',
    'source!': isTesting(definition) ? 'filled' : 'reference',
    'type!': [definition.type],
    'timestamp!': 'moment',
    schemaUri: 'uri',
    chainId: 'filled',
  }
  return withProperty(toJsonSchema(fields), 'links', LINKS_ARRAY)
}

function subjectSchema(definition: EventDefinition): JsonSchema {
  return toJsonSchema({
    'id!': 'filled',
    source: isTesting(definition) ? 'text' : 'reference',
    ...definition.subjectExtras,
    'content!': definition.content,
  })
}

function withProperty(schema: JsonSchema, name: string, property: JsonSchema): JsonSchema {
  return { ...schema, properties: { ...(schema.properties as JsonSchema), [name]: property } }
}

/** Release 0.4.1 writes `pipeline-run`, 0.5.1 `pipelinerun`, but for one. */
function toSchemaId({ release, subject, predicate }: EventDefinition): string {
  const isHyphenated = release === '0.4.1' || subject === 'testOutput'
  const words = isHyphenated ? subject.replace(/[A-Z]/g, (letter) => `-${letter}`) : subject
  return `${BASE}/${release}/schema/${words.toLowerCase()}-${predicate}-event`
}

/**
 * `$id` → schema, of every event type and every kind of link: what a schema may refer to by `$ref` where this
 * catalogue is known, without anything being fetched.
 */
export function createSchemaCatalogue(): Map<string, JsonSchema> {
  const catalogue = new Map<string, JsonSchema>()
  const add = ($id: string, schema: JsonSchema) => catalogue.set($id, { ...DIALECT, $id, ...schema })
  for (const { type } of eventTypes) {
    const schema = schemaFor(type)
    catalogue.set(String(schema.$id), schema)
  }
  for (const release of new Set(eventTypes.map((each) => each.release))) {
    const base = `${BASE}/${release}/schema/links/`
    for (const [name, fields] of Object.entries({ ...EMBEDDED_LINKS, ...LINKS })) {
      add(base + name, toJsonSchema(fields))
    }
    add(`${base}embeddedlinksarray`, LINKS_ARRAY)
  }
  return catalogue
}
