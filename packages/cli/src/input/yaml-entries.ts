import type { Slice } from './json-entries.js'

/** A line of `---` begins a document wherever it stands, also in a block of text (YAML 1.2.2, section 9.1.2). */
const BEGIN = /^\ufeff?---(?=\s|$)/
/** One of `...` ends it (section 9.1.2), and no other may follow without one of `---`, unless it begins with this. */
const END = /^\.\.\.(?=\s|$)/
const DIRECTIVE_OR_NOTHING = /^\s*(%.*|#.*)?$/

const isNothing = (line: string): boolean =>
  DIRECTIVE_OR_NOTHING.test(line.replace(BEGIN, '').replace(END, ''))

/** Cuts YAML into its documents without parsing them; those of comments only are none. */
export async function* splitYaml(chunks: AsyncIterable<string>): AsyncGenerator<Slice> {
  let lines: string[] = []
  let start = 1
  let next = 1

  function* flush(): Generator<Slice> {
    if (!lines.every(isNothing)) yield { text: lines.join('\n'), line: start }
    lines = []
  }

  function* add(line: string): Generator<Slice> {
    // Directives stand before the marker of their document.
    const hasBegun = lines.some((before) => BEGIN.test(before) || !isNothing(before))
    if (BEGIN.test(line) && hasBegun) yield* flush()
    if (lines.length === 0) start = next
    lines.push(line.replace(/^\ufeff/, ''))
    next++
    if (END.test(line)) yield* flush()
  }

  let rest = ''
  for await (const chunk of chunks) {
    // A \r at the end may be half of a line break.
    const complete = (rest + chunk).split(/\r\n|\n|\r(?!$)/)
    rest = complete.pop() ?? ''
    for (const line of complete) yield* add(line)
  }
  for (const line of rest.split('\r')) yield* add(line)
  yield* flush()
}
