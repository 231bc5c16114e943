import { assertJsonDepth, fromJsonText, type JsonText, toJsonText } from '@epr/model'
import { UsageError } from '../exit/usage-error.js'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/**
 * One value of JSON or YAML as exact JSON.
 *
 * @throws UsageError with line and column
 */
export async function parseExact(name: string, text: string): Promise<JsonText> {
  const json = isJson(text) ? toJsonText(text) : await parseOneDocument(name, text)
  assertJsonDepth(fromJsonText(json))
  return json
}

async function parseOneDocument(name: string, text: string): Promise<JsonText> {
  const { parseYaml } = await import('./yaml-json.js')
  const [only, ...more] = parseYaml(name, text)
  if (!only) throw new UsageError(`${name} must not be blank`)
  if (more.length > 0) throw new UsageError(`${name} holds more than one YAML document`)
  return only.json
}
