import { elementTexts, fromJsonText, type JsonText, memberTexts, toJsonText } from '@epr/model'
import { JSONPath } from 'jsonpath-plus'
import { CommandError } from '../exit/command-error.js'
import { UsageError } from '../exit/usage-error.js'

interface Match {
  pointer: string
  value: unknown
}

/** The text of the value that a JSON pointer (RFC 6901) leads to: cut out, so that no number is rounded. */
function textAt(json: string, pointer: string): string | undefined {
  let text: string | undefined = json
  for (const step of pointer.split('/').slice(1)) {
    if (text === undefined) return undefined
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    text = text.trimStart().startsWith('[') ? elementTexts(text)[Number(key)] : memberTexts(text).get(key)
  }
  return text
}

/** `~` and `^` give what the pointer does not lead to: then the value itself counts. */
function toText(json: string, { pointer, value }: Match): JsonText {
  const text = textAt(json, pointer)
  const parsed = JSON.stringify(value)
  return toJsonText(text !== undefined && JSON.stringify(JSON.parse(text)) === parsed ? text : parsed)
}

/** A path as kubectl has it, `{.data}`, which shows values and not JSON; a list is its `.items`. */
export interface ParsedPath {
  path: string
  isRaw: boolean
  /** Whether it leads to one value at most (RFC 9535, section 2.3.5.1: singular queries), which is shown and no list of it. */
  isSingular: boolean
}

const SINGULAR = /^\$(?:\.[\w-]+|\[\d+\]|\['[^'\\]*'\]|\["[^"\\]*"\])*$/

/** @throws UsageError for a blank path, and for the templates of kubectl */
export function parsePath(typed: string): ParsedPath {
  const [, inner] = /^\s*\{(.*)\}\s*$/s.exec(typed) ?? []
  const path = (inner ?? typed).trim()
  if (path === '') throw new UsageError('--jsonpath must not be blank')
  if (inner === undefined) return { path, isRaw: false, isSingular: SINGULAR.test(path) }
  if (/[{}]/.test(inner)) throw new UsageError('--jsonpath takes one path in braces, like {.data}')
  const fromRoot = path.replace(/^\$?(?=[.[])/, '$').replace(/^(?!\$)/, '$.')
  return { path: fromRoot.replace(/^\$\.items(?=$|[.[])/, '$'), isRaw: true, isSingular: false }
}

/** As kubectl shows it: a text without quotes. */
function toRawText(text: JsonText): string {
  const value: unknown = JSON.parse(fromJsonText(text))
  return typeof value === 'string' ? value : fromJsonText(text)
}

const isNested = (text: JsonText): boolean => /^\s*[{[]/.test(fromJsonText(text))

/**
 * What is shown of what a path has found: a text as it is, or else JSON. What only one path leads to is shown for itself.
 *
 * @throws CommandError when one value is wanted and there is none
 */
export function toShown(typed: string, found: readonly JsonText[]): { raw: string } | { json: object } {
  const { isRaw, isSingular } = parsePath(typed)
  if (!isRaw && !isSingular) return { json: found }
  const [first] = found
  if (first === undefined)
    throw new CommandError('NOT_FOUND', `--jsonpath ${JSON.stringify(typed)} finds nothing`)
  if (isSingular && isNested(first)) return { json: first }
  return { raw: found.map(toRawText).join(' ') }
}

/**
 * Gives what finds a JSONPath in JSON text. Scripts in paths are off: they would run with the user's rights.
 *
 * @throws UsageError, also from what it gives, for an invalid path
 */
export function compileJsonPath(path: string): (json: string) => JsonText[] {
  const find = (json: string): unknown => {
    try {
      return JSONPath({ path, json: JSON.parse(json), resultType: 'all', eval: false, wrap: true })
    } catch (error) {
      const reason = (error as Error).message
      const hint = /\beval\b/i.test(reason) ? 'scripts and filters are not run' : reason
      throw new UsageError(`--jsonpath ${JSON.stringify(path)}: ${hint}`, error)
    }
  }
  // A script is refused before the server is asked for anything to run it on.
  find('[{"a":[{}]}]')
  return (json) => {
    const found = find(json)
    return Array.isArray(found) ? (found as Match[]).map((match) => toText(json, match)) : []
  }
}
