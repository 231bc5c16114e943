import type { SearchAnswer, SearchHit } from '@epr/client'
import { toPlainLine } from '@epr/model'
import type { Command } from 'commander'
import type { Row } from '../output/table.js'
import type { Context, Perform } from '../settings/context.js'
import { type Request, VALUE_FLAGS } from '../settings/flags.js'
import { COMPONENT_COLUMNS, toComponentRow } from './component.js'

interface Shown {
  /** What several are called. */
  title: string
  columns: readonly string[]
  /** The command that says more of one. */
  next: string
}

const SHOWN: Readonly<Record<SearchHit['kind'], Shown>> = {
  event: {
    title: 'events',
    columns: ['id', 'name', 'version', 'success', 'created_at', 'description'],
    next: 'event get ID',
  },
  receiver: {
    title: 'receivers',
    columns: ['id', 'name', 'version', 'type', 'created_at'],
    next: 'receiver get ID',
  },
  group: {
    title: 'groups',
    columns: ['id', 'name', 'version', 'type', 'enabled'],
    next: 'group matrix --group ID',
  },
  artifact: {
    title: 'artifacts',
    columns: ['name', 'version', 'release', 'platform_id', 'package', 'last_at', 'events', 'failures'],
    next: 'artifact show --name NAME --version VERSION',
  },
  component: {
    title: 'components',
    columns: COMPONENT_COLUMNS,
    next: 'component search TEXT --all',
  },
  message: {
    title: 'the feed',
    columns: ['cursor', 'time', 'says', 'name', 'version', 'success', 'event_id'],
    next: 'watch --after CURSOR',
  },
}

const toRow = (hit: SearchHit): Row => (hit.kind === 'component' ? toComponentRow(hit) : hit)

/** What was taken for what, or tried in vain; and what there is to know beside. */
function toRemarks({ data, taken_for, tried, notes, history }: SearchAnswer) {
  const words = taken_for.map(({ words }) => words).join('; ')
  return {
    first: data.length > 0 ? `taken for ${words}` : `nothing found; tried ${tried.join('; ')}`,
    notes: [
      ...(history
        ? [`history is still taken in: ${history.done} of about ${history.size} events so far`]
        : []),
      ...notes,
    ].map(toPlainLine),
  }
}

async function draw({ output }: Context, { data, more }: SearchAnswer): Promise<string[]> {
  const { toTable } = await import('../output/table.js')
  const { style, width } = output
  const kinds = [...new Set(data.map(({ kind }) => kind))]
  return kinds.flatMap((kind) => {
    const hits = data.filter((hit) => hit.kind === kind)
    const { title, columns, next } = SHOWN[kind]
    const head = `\n${style.bold(title)} ${style.dim(`epr-cli ${next}`)}`
    const table = toTable(hits.map(toRow), columns, style, { width, mayDrop: true })
    return [head, table, ...(more.includes(kind) ? ['there are more: write more of it'] : [])]
  })
}

async function find(
  context: Context,
  _request: Request<typeof VALUE_FLAGS>,
  [text = '']: string[],
): Promise<undefined> {
  const { connect, output, stderr } = context
  const answer = await (await connect('ask')).search(text)
  const { first, notes } = toRemarks(answer)
  if (output.format === 'table')
    return output.show([first, ...(await draw(context, answer)), ...notes].join('\n'))
  for (const remark of [first, ...notes]) stderr.write(`${remark}\n`)
  return output.object(answer.data)
}

export function defineFind(command: Command, perform: Perform): void {
  perform(
    command.argument(
      '<text>',
      'an id, shop, shop@1.4, pkg:oci/shop, a hash, component:log4j-core@2.14*, a cursor, 2026-11-01T00:00:00Z',
    ),
    VALUE_FLAGS,
    ['find shop@1.2.0', "find 'component:log4j-core@2.14*' -o ndjson"],
    find,
  )
}
