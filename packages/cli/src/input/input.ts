import { readFile, stat } from 'node:fs/promises'
import { assertJsonDepth, fromJsonText, type JsonText, toJsonText } from '@epr/model'
import { UsageError } from '../exit/usage-error.js'
import { decodeText } from './decode-text.js'

type Stdin = AsyncIterable<Uint8Array | string> & { isTTY?: boolean }

async function readAll(stdin: Stdin): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** The text of a file, or of stdin (`-`). `what` says what it is read for. @throws UsageError */
export async function readTextFile(what: string, file: string, stdin: Stdin): Promise<string> {
  if (file === '-') return decodeText(`${what} (stdin)`, await readAll(stdin))
  try {
    return decodeText(file, await readFile(file))
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${what}: cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`, error)
  }
}

/** The text that a flag stands for: itself, `@file`, `@-` or, as everywhere, `-` for stdin. */
async function readText(flag: string, value: string, stdin: Stdin): Promise<string> {
  if (value === '-') return readTextFile(flag, '-', stdin)
  if (value.startsWith('@')) return readTextFile(flag, value.slice(1), stdin)
  await assertNotFile(flag, value)
  return value
}

/** @throws UsageError for the name of a file: its text is hardly what is to be recorded */
async function assertNotFile(flag: string, value: string): Promise<void> {
  if (!/^[^\s"'{}[\]:]+$/.test(value) || !Number.isNaN(Number(value))) return
  const isName = /\.(json|ya?ml|ndjson)$/i.test(value)
  if (!isName && (!/[./]/.test(value) || !(await isFile(value)))) return
  throw new UsageError(`${flag} ${value} is a text; @${value} takes the file, '"${value}"' the text`)
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

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

/**
 * The JSON that a flag stands for, exactly as it was written.
 *
 * @throws UsageError with line and column
 */
export async function readJsonFlag(flag: string, value: string, stdin: Stdin): Promise<JsonText> {
  return parseExact(flag, await readText(flag, value, stdin))
}

/** The same, which must be an object. */
export async function readObjectFlag(flag: string, value: string, stdin: Stdin): Promise<JsonText> {
  const json = await readJsonFlag(flag, value, stdin)
  if (!fromJsonText(json).trimStart().startsWith('{')) throw new UsageError(`${flag} must be an object`)
  return json
}
