import { EprError, elementTexts, fromJsonText } from '@epr/model'
import { UsageError } from '../exit/usage-error.js'
import { createTextReader } from './decode-text.js'
import { parseExact } from './input.js'
import { type Slice, splitJson } from './json-entries.js'
import { splitYaml } from './yaml-entries.js'

/** One object of a file, at its place. */
export interface Entry {
  /** From 1. */
  number: number
  line: number
  /** Its JSON, or what is wrong with it. */
  text: string | EprError
}

async function* decode(name: string, bytes: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const reader = createTextReader(name)
  try {
    for await (const chunk of bytes) {
      const text = typeof chunk === 'string' ? chunk : reader.read(chunk)
      if (text !== '') yield text
    }
    const last = reader.end()
    if (last !== '') yield last
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw error instanceof EprError || code === undefined
      ? error
      : new UsageError(`cannot read ${name}: ${code}`, error)
  }
}

/** JSON begins with a bracket; everything else is YAML. White space in front is passed on, to count lines. */
async function* split(chunks: AsyncGenerator<string>): AsyncGenerator<Slice> {
  let head = ''
  for await (const chunk of chunks) {
    head += chunk
    if (head.trim() === '') continue
    const all = prepend(head, chunks)
    yield* /^\s*[[{]/.test(head) ? splitJson(all) : splitYaml(all)
    return
  }
}

async function* prepend(head: string, chunks: AsyncGenerator<string>): AsyncGenerator<string> {
  yield head
  yield* chunks
}

/** Arrays inside, as in YAML, count as their elements. */
async function toTexts({ text }: Slice): Promise<(string | EprError)[]> {
  try {
    if (text instanceof EprError) return [text]
    // YAML allows these between what is otherwise JSON.
    if (/^(---|\.\.\.)$/.test(text.trim())) return []
    const json = fromJsonText(await parseExact('it', text)).trim()
    return json.startsWith('[') ? elementTexts(json) : [json]
  } catch (error) {
    if (error instanceof EprError) return [error]
    throw error
  }
}

/**
 * The objects of a file of JSON (one object, an array, or one after the other) or YAML (likewise, with `---`
 * between documents), read as they are asked for. What is not JSON and no YAML is an entry with its problem.
 *
 * @throws UsageError when the file cannot be read
 */
export async function* readEntries(
  name: string,
  bytes: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Entry> {
  let number = 0
  for await (const slice of split(decode(name, bytes))) {
    for (const text of await toTexts(slice)) yield { number: ++number, line: slice.line, text }
  }
}
