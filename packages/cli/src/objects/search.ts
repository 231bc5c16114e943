import type { Client } from '@epr/client'
import type { Row } from '../output/table.js'
import type { Context } from '../settings/context.js'
import { resolveReceivers } from './by-name.js'
import { KINDS, type KindName } from './kinds.js'
import { isCutTable, printRows, TABLE_LIMIT } from './print-rows.js'
import { type ObjectSearch, type Search, toSearch } from './search-request.js'

/** Finds what the flags say, or with --dry-run shows how. */
export async function search(context: Context, name: KindName, request: ObjectSearch): Promise<undefined> {
  const typed = toSearch(KINDS[name], request)
  const isDry = context.settings.dryRun
  if (isDry && typed.receiver === undefined) return showSearch(context, typed)
  const client = await context.connect('ask')
  const asked = await withReceiver(typed, client)
  if (isDry) return showSearch(context, asked)
  const isCut = isCutTable(context, request)
  const found = iterateRows(client, isCut ? withLimit(asked, TABLE_LIMIT + 1) : asked)
  await printRows(context, found, asked.options.fields, request)
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

const withLimit = (search: Search, limit: number): Search => ({
  ...search,
  options: { ...search.options, limit },
})

const iterateRows = (client: Client, { kind, filter, options }: Search): AsyncIterable<Row> =>
  kind.findAll(client, filter, options)
