import { assertJsonDepth, EprError, type JsonText, readTime, stringifyJson } from '@epr/model'
import { GraphQLError, type GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import type { JsonInput } from '../../registry/input.js'

/** A variable's value with the text it had in the request, for the JSON scalar to read. */
const sources = new WeakMap<object, string>()

/** Marks a value that came in variables: numbers and the order of keys are kept by its text. */
export function withSource(text: string): object {
  const marked = {}
  sources.set(marked, text)
  return marked
}

/** A string is JSON text, or an error: `"{\"name\":\"joe\"}"` is what existing clients send. */
function fromString(text: string): JsonInput {
  try {
    const value: unknown = JSON.parse(text)
    assertJsonDepth(text)
    return { text, value }
  } catch (cause) {
    if (cause instanceof EprError) throw cause
    const problem = `a string given as JSON must hold JSON text: ${(cause as Error).message}`
    throw new EprError('INVALID_ARGUMENT', problem, { cause })
  }
}

function fromSource(text: string): JsonInput {
  const value: unknown = JSON.parse(text)
  assertJsonDepth(text)
  return typeof value === 'string' ? fromString(value) : { text, value }
}

function parseValue(value: unknown): JsonInput {
  const source = typeof value === 'object' && value !== null ? sources.get(value) : undefined
  if (source !== undefined) return fromSource(source)
  return fromSource(JSON.stringify(value))
}

/** A literal of the document as JSON text. */
function literalText(node: ValueNode, variables: Record<string, unknown>): string {
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
    case Kind.OBJECT: {
      const members = node.fields.map(
        ({ name, value }) => `${JSON.stringify(name.value)}:${literalText(value, variables)}`,
      )
      return `{${members.join(',')}}`
    }
    case Kind.VARIABLE:
      return stringifyJson(variables[node.name.value] ?? null)
    case Kind.ENUM:
      throw new GraphQLError(`JSON has no ${node.value}: write "${node.value}"`, { nodes: node })
  }
}

/** Resolvers get a {@link JsonInput} and give a {@link JsonText} or plain JSON. */
export const JSON_SCALAR: Partial<GraphQLScalarType<JsonInput, JsonText | unknown>> = {
  serialize: (value) => value,
  parseValue,
  parseLiteral: (node, variables) => fromSource(literalText(node, variables ?? {})),
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
