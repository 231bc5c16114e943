import { elementTexts, memberTexts } from '@epr/model'
import {
  type DocumentNode,
  GraphQLBoolean,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  typeFromAST,
} from 'graphql'
import type { JsonInput } from '../../registry/input.js'
import { shownAs, withSource } from './scalars.js'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Existing clients post whole objects as variables (`id:""`, `created_at:""`, `event_receiver:{}`) and booleans
 * as strings. What an input type does not declare is dropped, and "true" and "false" are booleans; literals in
 * the document stay strict.
 */
function toLenient(type: GraphQLInputType, { value, text }: JsonInput): unknown {
  if (isNonNullType(type)) return toLenient(type.ofType, { value, text })
  if (value === null) return null
  if (isListType(type)) {
    if (!Array.isArray(value)) return toLenient(type.ofType, { value, text })
    const texts = elementTexts(text)
    return value.map((item: unknown, index) =>
      toLenient(type.ofType, { value: item, text: texts[index] ?? 'null' }),
    )
  }
  if (isInputObjectType(type)) return isRecord(value) ? toLenientObject(type.getFields(), value, text) : value
  if (type === GraphQLBoolean && (value === 'true' || value === 'false')) return value === 'true'
  return type.name === 'JSON' ? withSource({ value, text }) : value
}

function toLenientObject(
  fields: Record<string, { type: GraphQLInputType }>,
  value: Record<string, unknown>,
  text: string,
): Record<string, unknown> {
  const texts = memberTexts(text)
  const kept: Record<string, unknown> = {}
  for (const [name, { type }] of Object.entries(fields)) {
    const member = texts.get(name)
    if (member !== undefined) kept[name] = toLenient(type, { value: value[name], text: member })
  }
  return shownAs(kept, value)
}

/** The variables of a request as its operation declares them; values that do not fit are left to coercion. */
export function readVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variables: JsonInput | undefined,
): Record<string, unknown> {
  if (!variables || !isRecord(variables.value)) return {}
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  )
  const operation = operations.find(
    ({ name }) => operationName === undefined || name?.value === operationName,
  )
  const texts = memberTexts(variables.text)
  const read: Record<string, unknown> = {}
  for (const { variable, type: typeNode } of operation?.variableDefinitions ?? []) {
    const name = variable.name.value
    const text = texts.get(name)
    const type = typeFromAST(schema, typeNode) as GraphQLInputType | undefined
    if (text !== undefined && type) read[name] = toLenient(type, { value: variables.value[name], text })
  }
  return read
}
