import { NVRPP_FIELDS, type Nvrpp, nvrppSchema } from '@epr/model'
import { UsageError } from '../exit/usage-error.js'
import { toFlagName } from '../settings/flags.js'
import { flagOf } from './by-name.js'

export type NvrppRequest = { readonly [Field in keyof Nvrpp]?: string | undefined }

/** The artifact that the flags name. @throws UsageError that names every flag that is wrong, and `others` that are missing */
export function toNvrpp(
  request: NvrppRequest,
  others: Readonly<Record<string, string | undefined>> = {},
): Nvrpp {
  const given = Object.fromEntries(NVRPP_FIELDS.map((field) => [field, request[field]]))
  const parsed = nvrppSchema.safeParse(given)
  const missing = Object.keys(others).filter((field) => (others[field] ?? '').trim() === '')
  const problems = [
    ...missing.map((field) => `${flagOf(field)} is missing`),
    ...(parsed.error?.issues ?? []).map(({ path, message }) => {
      const field = String(path[0])
      return `${toFlagName(field)} ${given[field] === undefined ? 'is missing' : message}`
    }),
  ]
  if (!parsed.success || problems.length > 0) throw new UsageError(problems.join('; '))
  return parsed.data
}
