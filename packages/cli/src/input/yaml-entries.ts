import type { Slice } from './json-entries.js'

/** A line of `---` begins a document wherever it stands, also in a block of text (YAML 1.2.2, section 9.1.2). */
const MARKER = /^---(\s|$)/
const DIRECTIVE_OR_NOTHING = /^\s*(%.*|#.*)?$/

/** Cuts YAML into its documents without parsing them. */
export async function* splitYaml(chunks: AsyncIterable<string>): AsyncGenerator<Slice> {
  let lines: string[] = []
  let start = 1
  let next = 1

  function* add(line: string): Generator<Slice> {
    if (MARKER.test(line) && !lines.every((before) => DIRECTIVE_OR_NOTHING.test(before))) {
      yield { text: lines.join('\n'), line: start }
      lines = []
      start = next
    }
    lines.push(line)
    next++
  }

  let rest = ''
  for await (const chunk of chunks) {
    const complete = (rest + chunk).split('\n')
    rest = complete.pop() ?? ''
    for (const line of complete) yield* add(line)
  }
  yield* add(rest)
  // A marker with nothing behind it is not an entry.
  if (lines.some((line) => !DIRECTIVE_OR_NOTHING.test(line.replace(/^(---|\.\.\.)/, ''))))
    yield { text: lines.join('\n'), line: start }
}
