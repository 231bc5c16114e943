import { readFile } from 'node:fs/promises'
import { EprError } from '@epr/model'

/**
 * Reads a file that a flag names.
 *
 * @throws EprError INVALID_ARGUMENT
 */
export async function readPem(file: string, flag: string): Promise<Buffer> {
  return readFile(file).catch((cause: Error) => {
    throw new EprError('INVALID_ARGUMENT', `${flag}: cannot read ${file}: ${cause.message}`, { cause })
  })
}
