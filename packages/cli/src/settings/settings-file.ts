import { readFile } from 'node:fs/promises'
import { readSettingsText } from '@epr/model'
import { UsageError } from '../exit/usage-error.js'
import { decodeText } from '../input/decode-text.js'

/**
 * Reads a YAML file of settings.
 *
 * @param isOptional whether it may be missing
 * @throws UsageError that names the file
 */
export async function readSettingsFile(file: string, isOptional: boolean): Promise<Map<string, string>> {
  try {
    const text = decodeText(file, await readFile(file))
    return readSettingsText(text, await import('yaml'))
  } catch (error) {
    if (isOptional && (error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw new UsageError(`--config: cannot read ${file}: ${(error as Error).message}`)
  }
}
