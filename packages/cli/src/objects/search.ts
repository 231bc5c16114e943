import type { Client } from '@epr/client'
import type { Row } from '../output/table.js'
import type { Context } from '../settings/context.js'
import { resolveReceivers } from './by-name.js'
import { EVENT_TABLE_FIELDS, eventColumns, toEventRows } from './event-table.js'
import { KINDS, type KindName } from './kinds.js'
import { collect, isCutTable, printRows, TABLE_LIMIT } from './print-rows.js'
import { type ObjectSearch, type Search, toSearch } from './search-request.js'

/** Finds what the flags say, or with --dry-run shows how. */
export async function search(context: Context, name: KindName, request: ObjectSearch): Promise<undefined> {
  const { output, settings } = context
  const typed = toSearch(KINDS[name], request)
  const isDry = settings.dryRun
  if (isDry && typed.receiver === undefined) return showSearch(context, typed)
  const client = await context.connect('ask')
  const asked = await withReceiver(typed, client)
  if (isDry) return showSearch(context, asked)
  const isTable = output.format === 'table' && request.jsonpath === undefined
  // People look for what has just happened; programs get the original's order.
  const order = asked.options.order ?? (isTable ? 'desc' : undefined)
  const limit = isCutTable(context, request) ? TABLE_LIMIT + 1 : asked.options.limit
  const search = { ...asked, options: { ...asked.options, order, limit } }
  const shown = { ...request, order }
  if (!isTable || name !== 'event' || request.fields)
    return printRows(context, iterateRows(client, search), asked.options.fields, shown)
  const options = { ...search.options, fields: EVENT_TABLE_FIELDS }
  const events = await collect(iterateRows(client, { ...search, options }), Number.POSITIVE_INFINITY)
  return printRows(context, await toEventRows(client, events), eventColumns(output.width, events), shown)
}

async function showSearch({ output, settings }: Context, asked: Search): Promise<undefined> {
  const { toCurl } = await import('./curl.js')
  await output.object({ ...asked.filter, ...asked.options }, 2)
  if (output.format === 'json' || output.format === 'table') output.line(toCurl(asked, settings))
}

/** The search by the id of the event receiver that it names. */
async function withReceiver(search: Search, { receivers }: Client): Promise<Search> {
  const named = await resolveReceivers({ receiver: search.receiver }, receivers)
  return { ...search, filter: { ...search.filter, ...named } }
}

const iterateRows = (client: Client, { kind, filter, options }: Search): AsyncIterable<Row> =>
  kind.findAll(client, filter, options)
