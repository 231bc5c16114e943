import type { WatcherState } from '@epr/client'
import type { Command } from 'commander'
import type { Context, Perform } from '../settings/context.js'
import { type Request, VALUE_FLAGS } from '../settings/flags.js'

const COLUMNS = [
  'name',
  'instance',
  'source',
  'state',
  'lag',
  'processed',
  'failed',
  'dead_lettered',
  'last_reason',
  'seen_at',
]

/** Of people's columns: how it is, and why the last record was put aside. */
function toRow(watcher: WatcherState) {
  const { silent_since, ready, lag, dead_letters } = watcher
  const state = silent_since !== null ? 'silent' : ready ? 'ready' : 'not ready'
  return { ...watcher, state, lag: lag ?? '?', last_reason: dead_letters[0]?.error ?? '' }
}

async function list(
  { connect, output }: Context,
  { jsonpath }: Request<typeof VALUE_FLAGS>,
): Promise<undefined> {
  const watchers = await (await connect('ask')).watchers.list()
  if (output.format !== 'table' || jsonpath !== undefined) return output.object(watchers)
  if (watchers.length === 0)
    return output.line(
      'no watcher was heard within a week: those of @epr/watcher on the feed are, by themselves',
    )
  const { toTable } = await import('../output/table.js')
  return output.show(
    toTable(watchers.map(toRow), COLUMNS, output.style, { width: output.width, mayDrop: true }),
  )
}

export function defineWatcher(watcher: Command, perform: Perform): void {
  perform(
    watcher.command('list').description('How watchers are that were heard within a week.'),
    VALUE_FLAGS,
    ['watcher list', 'watcher list -o ndjson'],
    list,
  )
}
