import { readFileSync } from 'node:fs'
import { EprError, settingsProblem } from '@epr/model'
import { isMap, isScalar, isSeq, parseDocument } from 'yaml'

/**
 * Reads a YAML file of settings. Values are the text that stands there, as in a flag: a topic `0123` is no number.
 *
 * @param isOptional whether it may be missing
 * @throws EprError INVALID_ARGUMENT that names the file
 */
export function readSettingsFile(file: string, isOptional: boolean): Map<string, string> {
  try {
    return readSettings(readFileSync(file, 'utf8'))
  } catch (error) {
    if (isOptional && (error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw new EprError('INVALID_ARGUMENT', `--config: cannot read ${file}: ${(error as Error).message}`)
  }
}

function readSettings(text: string): Map<string, string> {
  const { contents, errors } = parseDocument(text)
  // The library's own words quote the file, where a password may stand.
  if (errors[0]) {
    const [{ line, col }] = errors[0].linePos ?? [{ line: 1, col: 1 }]
    throw new Error(`it is not valid YAML at line ${line}, column ${col} (${errors[0].code})`)
  }
  if (contents === null) return new Map()
  if (!isMap(contents)) throw new Error('it must hold keys and values, like "port: 8042"')
  const problem = settingsProblem(contents.items.map(({ key }) => String(key)))
  if (problem) throw new Error(problem)
  const settings = new Map<string, string>()
  for (const { key, value } of contents.items) {
    const read = toText(value)
    if (read === undefined) throw new Error(`${key}: write a value, or a list of values`)
    if (read !== null) settings.set(String(key), read)
  }
  return settings
}

/** Null for no value; undefined for what is none. */
function toText(node: unknown): string | null | undefined {
  if (node === null) return null
  if (isSeq(node)) return node.items.map(toText).join()
  if (!isScalar(node)) return undefined
  if (node.value === null) return null
  return typeof node.value === 'number' ? node.source : String(node.value)
}
