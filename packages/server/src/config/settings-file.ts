import { readFileSync } from 'node:fs'
import { EprError, readSettingsText } from '@epr/model'
import * as yaml from 'yaml'

/**
 * Reads a YAML file of settings.
 *
 * @param isOptional whether it may be missing
 * @throws EprError INVALID_ARGUMENT that names the file
 */
export function readSettingsFile(file: string, isOptional: boolean): Map<string, string> {
  try {
    return readSettingsText(readFileSync(file, 'utf8'), yaml)
  } catch (error) {
    if (isOptional && (error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw new EprError('INVALID_ARGUMENT', `--config: cannot read ${file}: ${(error as Error).message}`)
  }
}
