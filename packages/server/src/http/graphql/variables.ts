import { divideArray, EprError, elementTexts, memberTexts, pickMembers } from '@epr/model'
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
import type { JsonInput, UnreadJson } from '../../registry/input.js'
import { mapInTurns, SLICES } from '../../turns.js'
import { LONG_TEXT_CHARS, parseText } from '../core/json-body.js'
import { MAX_SHOWN_CHARS, shownAs, withSource } from './scalars.js'

/** Elements of a long list: no input has more. */
const MAX_LIST = 1_000

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

/**
 * The same for a long text that nobody has parsed: only its parts that are short are.
 *
 * @throws EprError INVALID_ARGUMENT for what is not JSON, and for a long text where there is no room for one
 */
async function readLong(type: GraphQLInputType, text: string): Promise<unknown> {
  if (text.length <= LONG_TEXT_CHARS) return toLenient(type, parseText(text))
  if (isNonNullType(type)) return readLong(type.ofType, text)
  if (isListType(type)) {
    const texts = await divideArray(text, MAX_LIST, SLICES)
    return texts ? mapInTurns(texts, 1, (item) => readLong(type.ofType, item)) : readLong(type.ofType, text)
  }
  if (isInputObjectType(type) && text.startsWith('{')) return readLongObject(type.getFields(), text)
  const shown = `${text.slice(0, MAX_SHOWN_CHARS)}…`
  if (type.name === 'JSON') return withSource({ value: shown, text })
  throw new EprError('INVALID_ARGUMENT', `a value of ${text.length} characters is no ${type.name}: ${shown}`)
}

async function readLongObject(
  fields: Record<string, { type: GraphQLInputType }>,
  text: string,
): Promise<Record<string, unknown>> {
  const texts = await pickMembers(text, Object.keys(fields), SLICES)
  const kept: Record<string, unknown> = {}
  for (const [name, { type }] of Object.entries(fields)) {
    const member = texts.get(name)
    if (member !== undefined) kept[name] = await readLong(type, member)
  }
  return shownAs(kept, `${text.slice(0, MAX_SHOWN_CHARS)}…`)
}

/** The variables that the operation declares. */
function findDeclared(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): Map<string, GraphQLInputType> {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  )
  const operation = operations.find(
    ({ name }) => operationName === undefined || name?.value === operationName,
  )
  const declared = new Map<string, GraphQLInputType>()
  for (const { variable, type: typeNode } of operation?.variableDefinitions ?? []) {
    const type = typeFromAST(schema, typeNode) as GraphQLInputType | undefined
    if (type) declared.set(variable.name.value, type)
  }
  return declared
}

/** The variables of a request as its operation declares them; values that do not fit are left to coercion. */
export async function readVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variables: JsonInput | UnreadJson | undefined,
): Promise<Record<string, unknown>> {
  if (!variables) return {}
  const declared = findDeclared(schema, document, operationName)
  const isRead = 'value' in variables
  const values = isRead && isRecord(variables.value) ? variables.value : {}
  const texts = isRead
    ? memberTexts(variables.text)
    : await pickMembers(variables.text, [...declared.keys()], SLICES)
  const read: Record<string, unknown> = {}
  for (const [name, type] of declared) {
    const text = texts.get(name)
    if (text === undefined) continue
    read[name] = isRead ? toLenient(type, { value: values[name], text }) : await readLong(type, text)
  }
  return read
}
