import { fromJsonText, isJsonText, type JsonText, toJsonText } from '@epr/model'
import {
  type Document,
  isPair,
  isScalar,
  parseAllDocuments,
  type Scalar,
  type ScalarTag,
  type Tags,
  visit,
} from 'yaml'
import { UsageError } from '../exit/usage-error.js'

/** A decimal number as YAML may write it: `+1`, `.5`, `1.`, and with zeros in front. */
const DECIMAL = /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/

/**
 * A number digit for digit as it is written; hexadecimal and the like by their value. One with zeros in front is refused: it is
 * decimal in YAML 1.2 and octal in 1.1, and mostly a text, like a commit.
 */
function toNumberText(value: number | bigint, source = String(value)): JsonText {
  if (typeof value === 'number' && !Number.isFinite(value) && !/\d/.test(source))
    throw new UsageError(`${source} is a number that JSON cannot hold`)
  const [, sign, whole = '', fraction = '', exponent] = DECIMAL.exec(source) ?? []
  if (sign === undefined) return toJsonText(String(value))
  if (/^0\d/.test(whole)) {
    const hint = `write "${source}" in quotes if it is a text, or ${source.replace(/0+(?=\d)/, '')}`
    throw new UsageError(`${source} has a zero in front, which readers of YAML take differently: ${hint}`)
  }
  const point = fraction === '' ? '' : `.${fraction}`
  const power = exponent === undefined ? '' : `e${exponent}`
  return toJsonText(`${sign === '-' ? '-' : ''}${whole || '0'}${point}${power}`)
}

/** Replaces what YAML would round by its text. Keys become the text that they are written as. */
function keepTexts(document: Document): void {
  visit(document, {
    // 1 and "1" are two keys in YAML, and one in JSON.
    Map: (_, { items }) => assertUnique(items.flatMap(({ key }) => (isScalar(key) ? [toKeyText(key)] : []))),
    Scalar(position, node) {
      const { value, source } = node
      if (position === 'key') node.value = toKeyText(node)
      else if (typeof value === 'number' || typeof value === 'bigint')
        node.value = toNumberText(value, source)
    },
  })
}

function toKeyText({ value, source }: Scalar): string {
  if (typeof value === 'string') return value
  if (source === '') throw new UsageError('a key must not be empty')
  return source ?? String(value)
}

function assertUnique(keys: readonly string[]): void {
  const known = new Set<string>()
  for (const key of keys) {
    if (known.has(key) && key !== MERGE_KEY)
      throw new UsageError(`the key ${JSON.stringify(key)} is there twice`)
    known.add(key)
  }
}

/** Brings in the keys of another map, and may do so more than once. */
const MERGE_KEY = '<<'

/** JSON has no bytes and no times: they are the text that they are written as. */
const asText = (tag: string, check: (text: string) => string): ScalarTag => ({
  tag: `tag:yaml.org,2002:${tag}`,
  default: false,
  resolve: check,
})

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const BINARY = asText('binary', (text) => {
  const bare = text.replace(/\s/g, '')
  if (!BASE64.test(bare)) throw new UsageError('what is tagged !!binary is not base64')
  return bare
})
const TIMESTAMP = asText('timestamp', (text) => text)

function toTags(tags: Tags): Tags {
  const others = tags.filter((tag) => typeof tag === 'string' || !/:(binary|timestamp)$/.test(tag.tag))
  return [BINARY, TIMESTAMP, ...others]
}

function toKey(key: unknown): string {
  if (typeof key === 'object' && key !== null) throw new UsageError('a key must not be a list or a map')
  return String(key)
}

function toObjectText(entries: Iterable<readonly [unknown, unknown]>): string {
  const members = [...entries].map(([key, value]) => `${JSON.stringify(toKey(key))}:${toText(value)}`)
  return `{${members.join(',')}}`
}

/** Maps keep the order of keys that look like numbers, and `__proto__`; objects do not. A set is a map to nothing. */
function toText(value: unknown): string {
  if (isJsonText(value)) return fromJsonText(value)
  if (Array.isArray(value)) return `[${value.map(toText).join(',')}]`
  if (value instanceof Map) return toObjectText(value)
  if (value instanceof Set) return toObjectText([...value].map((key) => [key, null]))
  if (isPair(value)) return toObjectText([[value.key, value.value]])
  if (value !== null && typeof value === 'object')
    throw new UsageError(`it holds what JSON has no word for: ${value.constructor.name}`)
  return JSON.stringify(value ?? null)
}

/** Each document of a YAML text that is not empty, as exact JSON, with the line (from 1) where it starts. */
export function* parseYaml(name: string, written: string): Generator<{ json: JsonText; line: number }> {
  // All of these break lines (YAML 1.2.2, section 5.4).
  const text = written.replace(/\r\n?/g, '\n')
  const refuse = (problem: string, cause?: unknown) => new UsageError(`${name}: ${problem}`, cause)
  for (const document of readDocuments(text, refuse)) {
    // What a tag means that nobody knows would be lost.
    const [error] = [...document.errors, ...document.warnings]
    if (error) {
      const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 }
      const [message = ''] = error.message.split(/ at line \d+, column \d+/)
      throw new UsageError(`${name} is neither JSON nor YAML: line ${line}, column ${col}: ${message}`, error)
    }
    const { contents } = document
    if (contents === null || (isScalar(contents) && contents.value === null && !contents.source)) continue
    const line = text.slice(0, contents.range?.[0] ?? 0).split('\n').length
    try {
      keepTexts(document)
      yield { json: toJsonText(toText(document.toJS({ mapAsMap: true }))), line }
    } catch (cause) {
      throw refuse((cause as Error).message, cause)
    }
  }
}

function readDocuments(text: string, refuse: (problem: string, cause: unknown) => UsageError): Document[] {
  try {
    const documents = parseAllDocuments(text, {
      intAsBigInt: true,
      merge: true,
      customTags: toTags,
      logLevel: 'silent',
    })
    return Array.isArray(documents) ? documents : []
  } catch (cause) {
    throw refuse((cause as Error).message, cause)
  }
}
