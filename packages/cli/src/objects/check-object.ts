import { EprError, fromJsonText, type JsonText } from '@epr/model'
import { UsageError } from '../exit/usage-error.js'
import type { Kind } from './kinds.js'

/** An object that is complete, with only the fields that are sent; what is wrong with it otherwise. */
export type Checked = { object: Readonly<Record<string, unknown>> } | { problems: string[] }

/** The server's own checks, before anything is sent. `nameOf` says how the user calls a field. */
export function checkObject(
  kind: Kind,
  fields: Readonly<Record<string, unknown>>,
  json: JsonText | undefined,
  nameOf: (field: string) => string,
): Checked {
  const { carried } = kind
  const parsed = kind.input.safeParse(fields)
  const problems = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const field = String(path[0] ?? '')
    return `${nameOf(field)} ${fields[field] === undefined ? 'is missing' : message}`
  })
  if (carried && json === undefined) problems.push(`${nameOf(carried)} is missing`)
  if (carried === 'schema' && json !== undefined && !/^\s*(\{|true|false)/.test(fromJsonText(json))) {
    problems.push(`${nameOf(carried)} must be a JSON Schema: an object or a boolean`)
  }
  if (!parsed.success || problems.length > 0) return { problems }
  return { object: { ...parsed.data, ...(carried && { [carried]: json }) } }
}

/** @throws UsageError that names everything that is wrong */
export function assertChecked(checked: Checked): Readonly<Record<string, unknown>> {
  if ('object' in checked) return checked.object
  throw new UsageError(checked.problems.join('; '))
}

/** Whether the server may have said no because of a receiver that it does not know; ours says 400, the original 500. */
export function mayLackReceiver(error: unknown): error is EprError {
  return error instanceof EprError && (error.code === 'INVALID_ARGUMENT' || error.code === 'INTERNAL')
}
