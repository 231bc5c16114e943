import { fromJsonText, isJsonText, type JsonText, toJsonText } from '@epr/model'
import { type Document, isScalar, parseAllDocuments, visit } from 'yaml'
import { UsageError } from '../exit/usage-error.js'

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** A number as it is written, where JSON can be written so; hexadecimal and the like by their value. */
function toNumberText(value: number | bigint, source: string | undefined): JsonText {
  if (source !== undefined && JSON_NUMBER.test(source)) return toJsonText(source)
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new UsageError(`${source ?? value} is a number that JSON cannot hold`)
  }
  return toJsonText(Object.is(value, -0) ? '-0' : String(value))
}

/** Replaces what YAML would round by its text. Keys become the text that they are written as. */
function keepNumbers(document: Document): void {
  visit(document, {
    Scalar(position, node) {
      const { value, source } = node
      if (typeof value !== 'number' && typeof value !== 'bigint') return
      node.value = position === 'key' ? (source ?? String(value)) : toNumberText(value, source)
    },
  })
}

/** Maps keep the order of keys that look like numbers, and `__proto__`; objects do not. */
function toText(value: unknown): string {
  if (isJsonText(value)) return fromJsonText(value)
  if (Array.isArray(value)) return `[${value.map(toText).join(',')}]`
  if (!(value instanceof Map)) return JSON.stringify(value ?? null)
  const members = [...value].map(([key, member]) => {
    if (typeof key === 'object' && key !== null) throw new UsageError('a key must not be a list or a map')
    return `${JSON.stringify(String(key))}:${toText(member)}`
  })
  return `{${members.join(',')}}`
}

/** Each document of a YAML text that is not empty, as exact JSON, with the line (from 1) where it starts. */
export function* parseYaml(name: string, text: string): Generator<{ json: JsonText; line: number }> {
  const documents = parseAllDocuments(text, { intAsBigInt: true, merge: true })
  if (!Array.isArray(documents)) return
  for (const document of documents) {
    const [error] = document.errors
    if (error) {
      const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 }
      const [message = ''] = error.message.split(/ at line \d+, column \d+/)
      throw new UsageError(`${name} is neither JSON nor YAML: line ${line}, column ${col}: ${message}`, error)
    }
    const { contents } = document
    if (contents === null || (isScalar(contents) && contents.value === null && !contents.source)) continue
    keepNumbers(document)
    const line = text.slice(0, contents.range?.[0] ?? 0).split('\n').length
    try {
      yield { json: toJsonText(toText(document.toJS({ mapAsMap: true }))), line }
    } catch (cause) {
      throw new UsageError(`${name}: ${(cause as Error).message}`, cause)
    }
  }
}
