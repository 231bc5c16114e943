import type { FoundComponent, FoundComponents } from '@epr/client'
import { NVRPP_FIELDS, toPlainLine } from '@epr/model'
import type { Command } from 'commander'
import type { Context, Perform } from '../settings/context.js'
import { type Request, rows, toggle, VALUE_FLAGS } from '../settings/flags.js'

const SEARCH_FLAGS = {
  limit: rows('--limit <number>', 'how many at most (default 100)'),
  all: toggle('--all', 'all there are'),
  ...VALUE_FLAGS,
}

const DEFAULT_LIMIT = 100
const PAGE = 500
/** A found component as people read it. */
export const COMPONENT_COLUMNS = ['component', 'artifact', 'deployed_in', 'created_at', 'event_id']

export const toComponentRow = ({
  component,
  artifact,
  created_at,
  event_id,
  deployed_in,
}: FoundComponent) => ({
  component: [component.name, component.version].filter((part) => part !== '').join('@'),
  artifact: NVRPP_FIELDS.map((field) => artifact[field]).join(' '),
  deployed_in: deployed_in.join(', '),
  created_at,
  event_id,
})

/** What nobody can conclude from the rows: what was not looked at. */
function* remarks({ undecided, unread, history }: FoundComponents): Generator<string> {
  const { waiting, broken } = unread
  if (history) yield `history is still taken in: ${history.done} of about ${history.size} events so far`
  if (waiting > 0) yield `${waiting} SBOMs wait to be read: ask again in a moment`
  if (undecided.length > 0) yield `not held to the range: ${undecided.join(', ')}`
  for (const { event_id, problem } of broken) yield `the SBOM of event ${event_id} is broken: ${problem}`
}

const NONE: Readonly<Record<FoundComponents['taken_for'], string>> = {
  name: 'no SBOM names it: a * at the end of the name or of the version finds what begins so',
  purl: 'no SBOM has this package: without a version, or by its name alone, more may be found',
  cpe: 'no SBOM has a component of this CPE: many have package URLs only, so look for its name too',
  hash: 'no SBOM has a component of this hash: many have none, so look for its name too',
}

async function search(
  { connect, output, stderr }: Context,
  { limit = DEFAULT_LIMIT, all = false }: Request<typeof SEARCH_FLAGS>,
  [text = '']: string[],
): Promise<undefined> {
  const { components } = await connect('ask')
  const wanted = all ? Number.POSITIVE_INFINITY : limit
  const size = { limit: Math.min(wanted, PAGE) }
  const first = await components.search(text, size)
  const found = first.data
  let { next } = first
  while (next !== null && found.length < wanted) {
    const page = await components.search(text, { ...size, after: next })
    found.push(...page.data)
    next = page.next
  }
  const shown = found.slice(0, wanted)
  const notes = [...remarks(first)].map(toPlainLine)
  if (output.format !== 'table') {
    for (const note of notes) stderr.write(`${note}\n`)
    return output.object(shown)
  }
  if (shown.length === 0) return output.line([NONE[first.taken_for], ...notes].join('\n'))
  const { toTable } = await import('../output/table.js')
  const table = toTable(shown.map(toComponentRow), COMPONENT_COLUMNS, output.style, {
    width: output.width,
    mayDrop: true,
  })
  const more = found.length > shown.length || next !== null ? ['there are more: --all'] : []
  return output.show([table, ...more, ...notes].join('\n'))
}

export function defineComponent(component: Command, perform: Perform): void {
  perform(
    component
      .command('search')
      .description(
        'Finds the artifacts that have a component: by name, package URL (pkg:), CPE or hash. Behind a name: @2.14.1, @2.14* or a range.',
      )
      .argument(
        '<text>',
        'log4j-core, log4j*, log4j-core@2.14.1, log4j-core@2.14*, lodash@<4.17.21, pkg:npm/lodash',
      ),
    SEARCH_FLAGS,
    ["component search 'log4j-core@2.14*'", "component search 'pkg:npm/lodash@<4.17.21' -o ndjson"],
    search,
  )
}
