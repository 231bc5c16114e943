import { EprError } from '@epr/model'

/**
 * Refuses a value with a number that may not be the one that was written: the protocol's reader knows doubles only, which
 * hold whole numbers up to 2^53. EPR keeps numbers as they are sent, or says why not.
 *
 * @param path what the value is called
 * @throws EprError INVALID_ARGUMENT that names the place
 */
export function assertNumbersKept(value: unknown, path: string): void {
  if (typeof value === 'number') {
    const isUncertain = !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))
    if (!isUncertain) return
    const problem = `${path} is a number beyond 2^53, which this protocol changes: give it as a string, or record it with epr-cli`
    throw new EprError('INVALID_ARGUMENT', problem)
  }
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) assertNumbersKept(member, `${path}/${key}`)
}
