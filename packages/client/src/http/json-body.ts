import {
  EprError,
  fromJsonText,
  isJsonText,
  type JsonText,
  MAX_JSON_DEPTH,
  shorten,
  stringifyJson,
  toJsonText,
} from '@epr/model'

type Sendable =
  | null
  | boolean
  | number
  | string
  | JsonText
  | Sendable[]
  | { [key: string]: Sendable | undefined }

function refuse(path: string, problem: string): never {
  throw new EprError('INVALID_ARGUMENT', `${path || 'the body'} ${problem}`)
}

function toSendableNumber(value: number, path: string): number | JsonText {
  if (!Number.isFinite(value)) refuse(path, `is ${value}, which JSON cannot hold`)
  return Object.is(value, -0) ? toJsonText('-0') : value
}

/** A text that is not a single JSON value could add members of its own to the body. */
function checkText(value: JsonText, path: string): JsonText {
  try {
    JSON.parse(fromJsonText(value))
    return value
  } catch {
    return refuse(path, 'is given as a JSON text that is not JSON')
  }
}

function toSendableObject(value: object, path: string, depth: number): Sendable {
  if (depth >= MAX_JSON_DEPTH)
    refuse(shorten(path, 80), `is nested more than ${MAX_JSON_DEPTH} levels deep, or circular`)
  if (Array.isArray(value)) {
    return Array.from(value, (element: unknown, index) => toSendable(element, `${path}[${index}]`, depth + 1))
  }
  // A Map, a Promise or bytes would be written as an object without, or with odd, members.
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  if (tag !== 'Object') refuse(path, `is of the type ${tag}, which JSON cannot hold`)
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      member === undefined ? undefined : toSendable(member, path === '' ? key : `${path}.${key}`, depth + 1),
    ]),
  )
}

function toSendable(value: unknown, path: string, depth: number): Sendable {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return toSendableNumber(value, path)
  if (typeof value !== 'object') return refuse(path, `is of the type ${typeof value}, which JSON cannot hold`)
  if (isJsonText(value)) return checkText(value, path)
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return toSendable(toJSON.call(value), path, depth + 1)
  return toSendableObject(value, path, depth)
}

/**
 * The JSON text of a body. `JSON.stringify` would write NaN as null, `-0` as 0, a Map as `{}`; this refuses what
 * JSON cannot hold and keeps the rest. `JsonText` is written as it stands.
 *
 * @throws EprError INVALID_ARGUMENT that names the place
 */
export function toJsonBody(value: unknown): string {
  return stringifyJson(toSendable(value, '', 0))
}
