import { UsageError } from '../exit/usage-error.js'
import { type SearchRequest, toFlagName } from '../settings/flags.js'
import { assertOne, RECEIVER_NAMES } from './by-name.js'
import type { FindOptions, Kind } from './kinds.js'

export interface Search {
  kind: Kind
  filter: Readonly<Record<string, unknown>>
  /** The name of the event receiver, where that is given in place of its id. */
  receiver?: string | undefined
  options: FindOptions
}

/** The fields that are asked for, in their own order. @throws UsageError */
export function toFields(
  { fields, defaultFields }: { fields: readonly string[]; defaultFields: readonly string[] },
  names: readonly string[] | undefined,
): string[] {
  if (names === undefined) return fields.filter((field) => defaultFields.includes(field))
  if (names.includes('all')) return [...fields]
  const unknown = names.find((name) => !fields.includes(name))
  if (unknown === undefined && names.length > 0) return fields.filter((field) => names.includes(field))
  const problem = unknown === undefined ? 'names no field' : `names ${JSON.stringify(unknown)}`
  throw new UsageError(`--fields ${problem}; there are ${fields.join(', ')} and all`)
}

/** How much to show, and beside it the fields to search by. */
export type ObjectSearch = SearchRequest & Readonly<Record<string, unknown>>

/** What the flags ask for. @throws UsageError */
export function toSearch(kind: Kind, request: ObjectSearch): Search {
  const { fields, limit, all, jsonpath: _, order, since, receiver, ...by } = request
  const filter = Object.fromEntries(Object.entries(by).filter(([, value]) => value !== undefined))
  for (const [field, value] of Object.entries(filter)) {
    // Nothing has a blank field: an empty shell variable would find nothing, and say nothing.
    if (typeof value === 'string' && value.trim() === '')
      throw new UsageError(`${toFlagName(field)} must not be blank`)
  }
  if (receiver !== undefined) assertOne(RECEIVER_NAMES, { ...by, receiver })
  if (all && limit !== undefined) throw new UsageError('give one of --all and --limit')
  return {
    kind,
    filter,
    receiver: typeof receiver === 'string' ? receiver : undefined,
    options: {
      fields: toFields({ fields: kind.searched.fields, defaultFields: kind.defaultFields }, fields),
      limit,
      order,
      created_after: since,
    },
  }
}
