import { NVRPP_FIELDS, type Nvrpp, nvrppSchema } from '@epr/model'
import { UsageError } from '../exit/usage-error.js'
import { type Flags, toFlagKey, toFlagName } from '../settings/context.js'

/** The artifact that the flags name. @throws UsageError that names every flag that is wrong, and `others` that are missing */
export function toNvrpp(flags: Flags, others: readonly string[]): Nvrpp {
  const given = Object.fromEntries(NVRPP_FIELDS.map((field) => [field, flags[toFlagKey(field)]]))
  const parsed = nvrppSchema.safeParse(given)
  const missing = others.filter((field) => String(flags[toFlagKey(field)] ?? '').trim() === '')
  const problems = [
    ...missing.map((field) => `${toFlagName(field)} is missing`),
    ...(parsed.error?.issues ?? []).map(({ path, message }) => {
      const field = String(path[0])
      return `${toFlagName(field)} ${given[field] === undefined ? 'is missing' : message}`
    }),
  ]
  if (!parsed.success || problems.length > 0) throw new UsageError(problems.join('; '))
  return parsed.data
}
