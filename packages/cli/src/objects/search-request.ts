import { UsageError } from '../exit/usage-error.js'
import { type Flags, textFlag, toFlagKey, toFlagName } from '../settings/context.js'
import type { FindOptions, Kind } from './kinds.js'

export interface Search {
  kind: Kind
  filter: Readonly<Record<string, unknown>>
  options: FindOptions
}

/** The fields that are asked for, in their own order. @throws UsageError */
export function toFields(
  { fields, defaultFields }: Pick<Kind, 'fields' | 'defaultFields'>,
  asked: unknown,
): string[] {
  if (asked === undefined) return fields.filter((field) => defaultFields.includes(field))
  const names = (Array.isArray(asked) ? asked : []).map(String)
  if (names.includes('all')) return [...fields]
  const unknown = names.find((name) => !fields.includes(name))
  if (unknown === undefined && names.length > 0) return fields.filter((field) => names.includes(field))
  const problem = unknown === undefined ? 'names no field' : `names ${JSON.stringify(unknown)}`
  throw new UsageError(`--fields ${problem}; there are ${fields.join(', ')} and all`)
}

/** What the flags ask for. @throws UsageError */
export function toSearch(kind: Kind, flags: Flags): Search {
  const filter: Record<string, unknown> = {}
  for (const field of kind.filterFields) {
    const value = flags[toFlagKey(field)]
    if (value === undefined) continue
    // Nothing has a blank field: an empty shell variable would find nothing, and say nothing.
    if (typeof value === 'string' && value.trim() === '')
      throw new UsageError(`${toFlagName(field)} must not be blank`)
    filter[field] = value
  }
  if (flags.all && flags.limit !== undefined) throw new UsageError('give one of --all and --limit')
  return {
    kind,
    filter,
    options: {
      fields: toFields(kind, flags.fields),
      limit: flags.limit as number | undefined,
      order: flags.order as 'asc' | 'desc' | undefined,
      created_after: textFlag(flags, 'since'),
    },
  }
}
