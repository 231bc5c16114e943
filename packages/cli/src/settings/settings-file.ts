import { readFile } from 'node:fs/promises'
import { SETTINGS, settingsProblem } from '@epr/model'
import { UsageError } from '../exit/usage-error.js'
import { decodeText } from '../input/decode-text.js'

type YamlModule = typeof import('yaml')

/**
 * Reads a YAML file of settings. Values are the text that stands there, as in a flag: a token `0123` is not a number.
 *
 * @param isOptional whether it may be missing
 * @throws UsageError that names the file
 */
export async function readSettingsFile(file: string, isOptional: boolean): Promise<Map<string, string>> {
  try {
    const text = decodeText(file, await readFile(file))
    return readSettings(text, await import('yaml'))
  } catch (error) {
    if (isOptional && (error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw new UsageError(`--config: cannot read ${file}: ${(error as Error).message}`)
  }
}

function readSettings(text: string, { isMap, isScalar, parseDocument }: YamlModule): Map<string, string> {
  const { contents, errors, warnings } = parseDocument(text, { logLevel: 'silent' })
  const [error] = [...errors, ...warnings]
  // The library's own words quote the file, where a token may stand.
  if (error) {
    const [{ line, col }] = error.linePos ?? [{ line: 1, col: 1 }]
    throw new Error(`it is not valid YAML at line ${line}, column ${col} (${error.code})`)
  }
  if (contents === null || (isScalar(contents) && contents.value === null)) return new Map()
  if (!isMap(contents)) throw new Error('it must hold keys and values, like "url: http://localhost:8042"')
  const problem = settingsProblem(contents.items.map(({ key }) => String(key)))
  if (problem) throw new Error(problem)
  const settings = new Map<string, string>()
  for (const { key, value } of contents.items) {
    if (value === null || (isScalar(value) && value.value === null)) continue
    if (isScalar(value)) settings.set(String(key), toText(value.value, value.source))
    // Those of the server may be lists.
    else if (isOurs(String(key))) throw new Error(`${key}: write one value`)
  }
  return settings
}

const isOurs = (key: string): boolean => SETTINGS['epr-cli'].some((name) => name === key)

function toText(value: unknown, source: string | undefined): string {
  return typeof value === 'string' ? value : (source ?? String(value))
}
