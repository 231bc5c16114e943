import { assertJsonDepth, assertJsonDepthInTurns, EprError, type JsonText, readTime } from '@epr/model'
import { GraphQLError, type GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import type { JsonInput, UnreadJson } from '../../registry/input.js'
import { SLICES } from '../../turns.js'
import { LONG_TEXT_CHARS, parseText } from '../core/json-body.js'

/** A variable's value with the text it had in the request, for the JSON scalar to read. */
const sources = new WeakMap<object, string>()

/** Marks a value that came in variables: numbers and the order of keys are kept by its text. */
export function withSource({ text, value }: JsonInput): object {
  const marked = shownAs({}, value)
  sources.set(marked, text)
  return marked
}

export const MAX_SHOWN_CHARS = 100
const MAX_SHOWN_MEMBERS = 20

function shorten(value: unknown): unknown {
  if (typeof value === 'string' && value.length > MAX_SHOWN_CHARS)
    return `${value.slice(0, MAX_SHOWN_CHARS)}…`
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.slice(0, MAX_SHOWN_MEMBERS).map(shorten)
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_SHOWN_MEMBERS)
      .map(([name, member]) => [name, shorten(member)]),
  )
}

/** Lets errors of graphql-js name what was sent, and not what it is read as: they ask for `toJSON`. */
export function shownAs<Read extends object>(read: Read, sent: unknown): Read {
  return Object.defineProperty(read, 'toJSON', { value: () => shorten(sent) })
}

/**
 * A value of the JSON scalar as it was written, at whatever depth. What a string means is known only where it arrives: as an
 * argument it is JSON text, inside of a literal it is itself.
 */
export interface JsonSource {
  source: string
}

const known = new WeakSet<object>()
const isJsonSource = (value: object): value is JsonSource => known.has(value)

function toJsonSource(text: string): JsonSource {
  assertJsonDepth(text)
  return asKnown(text)
}

function asKnown(text: string): JsonSource {
  const value = { source: text }
  known.add(value)
  return value
}

/** Longest JSON that is parsed here as a whole: the schema of a receiver is shorter. */
const MAX_PARSED_CHARS = 2 * 1024 * 1024

/**
 * The JSON that was given as an argument. A string is JSON text, or an error: `"{\"name\":\"joe\"}"` is what existing
 * clients send.
 *
 * @throws EprError INVALID_ARGUMENT
 */
export function toJsonInput({ source }: JsonSource): JsonInput {
  if (source.length > MAX_PARSED_CHARS) {
    throw new EprError(
      'INVALID_ARGUMENT',
      `JSON of more than ${MAX_PARSED_CHARS} characters is not read here`,
    )
  }
  const value: unknown = JSON.parse(source)
  if (typeof value !== 'string') return { text: source, value }
  try {
    const inner: unknown = JSON.parse(value)
    assertJsonDepth(value)
    return { text: value, value: inner }
  } catch (cause) {
    if (cause instanceof EprError) throw cause
    const problem = `a string given as JSON must hold JSON text: ${(cause as Error).message}`
    throw new EprError('INVALID_ARGUMENT', problem, { cause })
  }
}

/** The same for a payload, which may be long: then nobody has parsed it. @throws EprError INVALID_ARGUMENT */
export async function toPayload(given: JsonSource): Promise<JsonInput | UnreadJson> {
  const { source } = given
  if (source.length <= LONG_TEXT_CHARS) return toJsonInput(given)
  if (!source.startsWith('"')) return { text: source, hasLongNumbers: true }
  const { value } = parseText(source)
  await assertJsonDepthInTurns(String(value), SLICES)
  return { text: String(value), hasLongNumbers: true }
}

function parseValue(value: unknown): JsonSource {
  const source = typeof value === 'object' && value !== null ? sources.get(value) : undefined
  // A long one has been gone through when it was found.
  if (source !== undefined && source.length > LONG_TEXT_CHARS) return asKnown(source)
  return toJsonSource(source ?? JSON.stringify(value))
}

type Variables = Readonly<Record<string, unknown>>

/** A variable of whatever type as JSON text. */
function variableText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  if (isJsonSource(value)) return value.source
  if (Array.isArray(value)) return `[${value.map(variableText).join(',')}]`
  return toObjectText(Object.entries(value).map(([name, member]) => [name, variableText(member)]))
}

const toObjectText = (members: readonly (readonly [name: string, text: string])[]): string =>
  `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`

/** A variable that is not given leaves its member out (GraphQL, October 2021, 3.10, "Input coercion"). */
const isAbsent = (node: ValueNode, variables: Variables): boolean =>
  node.kind === Kind.VARIABLE && !Object.hasOwn(variables, node.name.value)

/** A literal of the document as JSON text. */
function literalText(node: ValueNode, variables: Variables): string {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return node.value
    case Kind.STRING:
      return JSON.stringify(node.value)
    case Kind.BOOLEAN:
      return String(node.value)
    case Kind.NULL:
      return 'null'
    case Kind.LIST:
      return `[${node.values.map((item) => literalText(item, variables)).join(',')}]`
    case Kind.OBJECT:
      return toObjectText(
        node.fields
          .filter(({ value }) => !isAbsent(value, variables))
          .map(({ name, value }) => [name.value, literalText(value, variables)]),
      )
    case Kind.VARIABLE:
      return isAbsent(node, variables) ? 'null' : variableText(variables[node.name.value])
    case Kind.ENUM:
      throw new GraphQLError(`JSON has no ${node.value}: write "${node.value}"`, { nodes: node })
  }
}

/** Resolvers get a {@link JsonSource} and give a {@link JsonText} or plain JSON. */
export const JSON_SCALAR: Partial<GraphQLScalarType<JsonSource, JsonText | unknown>> = {
  serialize: (value) => value,
  parseValue,
  parseLiteral: (node, variables) => toJsonSource(literalText(node, variables ?? {})),
}

function parseTime(value: unknown): string {
  const time = typeof value === 'string' ? readTime(value) : undefined
  if (time !== undefined) return time
  throw new EprError('INVALID_ARGUMENT', 'a Time must be RFC 3339, like 2026-11-01T00:00:00Z')
}

export const TIME_SCALAR: Partial<GraphQLScalarType<string, unknown>> = {
  serialize: (value) => value,
  parseValue: parseTime,
  parseLiteral: (node) => parseTime(node.kind === Kind.STRING ? node.value : undefined),
}
