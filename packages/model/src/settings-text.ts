import { type SETTINGS, settingsProblem } from './setting.js'

interface YamlProblem {
  readonly code: string
  readonly linePos?: readonly [{ line: number; col: number }, ...unknown[]] | undefined
}

/** What is needed of the library `yaml`; the model itself depends on no reader of YAML. */
export interface YamlLibrary {
  parseDocument(
    text: string,
    options: { logLevel: 'silent' },
  ): { contents: unknown; errors: readonly YamlProblem[]; warnings: readonly YamlProblem[] }
  isMap(node: unknown): node is { items: readonly { key: unknown; value?: unknown }[] }
  isSeq(node: unknown): node is { items: readonly unknown[] }
  isScalar(node: unknown): node is { value: unknown; source?: string }
}

type Setting = (typeof SETTINGS)[keyof typeof SETTINGS][number]

/** What may be several values. */
const LISTS: readonly string[] = ['brokers', 'allowed-hosts', 'cors-origins'] satisfies readonly Setting[]

/**
 * The settings of an `epr.yaml`, which the programs share. Values are the text that stands there, as in a flag: a token
 * `0123` is not a number. What has no value is left out.
 *
 * @throws Error that says what is wrong, without the library's own words: they quote the file, where a password may stand
 */
export function readSettingsText(text: string, yaml: YamlLibrary): Map<string, string> {
  const { contents, errors, warnings } = yaml.parseDocument(text, { logLevel: 'silent' })
  const [problem] = [...errors, ...warnings]
  if (problem) {
    const { line, col } = problem.linePos?.[0] ?? { line: 1, col: 1 }
    throw new Error(`it is not valid YAML at line ${line}, column ${col} (${problem.code})`)
  }
  if (isEmpty(contents, yaml)) return new Map()
  if (!yaml.isMap(contents))
    throw new Error('it must hold keys and values, like "url: http://localhost:8042"')
  const unknown = settingsProblem(contents.items.map(({ key }) => String(key)))
  if (unknown) throw new Error(unknown)
  const settings = new Map<string, string>()
  for (const { key, value } of contents.items)
    if (!isEmpty(value, yaml)) settings.set(String(key), toText(String(key), value, yaml))
  return settings
}

const isEmpty = (node: unknown, { isScalar }: YamlLibrary): boolean =>
  node === null || node === undefined || (isScalar(node) && node.value === null)

function toText(key: string, node: unknown, yaml: YamlLibrary): string {
  const one = scalarText(node, yaml)
  if (one !== undefined) return one
  if (!LISTS.includes(key)) throw new Error(`${key}: write one value`)
  const items = yaml.isSeq(node) ? node.items.map((item) => scalarText(item, yaml)) : [undefined]
  if (items.includes(undefined)) throw new Error(`${key}: write a value, or a list of values`)
  return items.join()
}

/** Undefined for what is not one value. */
function scalarText(node: unknown, { isScalar }: YamlLibrary): string | undefined {
  if (!isScalar(node)) return undefined
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}
