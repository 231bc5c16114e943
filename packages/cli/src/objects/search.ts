import type { Client } from '@epr/client'
import type { Row } from '../output/table.js'
import type { Context } from '../settings/context.js'
import { KINDS, type KindName } from './kinds.js'
import { isCutTable, printRows, TABLE_LIMIT } from './print-rows.js'
import { type ObjectSearch, type Search, toSearch } from './search-request.js'

/** Finds what the flags say, or with --dry-run shows how. */
export async function search(context: Context, name: KindName, request: ObjectSearch): Promise<undefined> {
  const { output, settings } = context
  const asked = toSearch(KINDS[name], request)
  if (settings.dryRun) {
    const { toCurl } = await import('./curl.js')
    await output.object({ ...asked.filter, ...asked.options }, 2)
    if (output.format === 'json' || output.format === 'table') output.line(toCurl(asked, settings))
    return
  }
  const client = await context.connect('ask')
  const isCut = isCutTable(context, request)
  const found = iterateRows(client, isCut ? withLimit(asked, TABLE_LIMIT + 1) : asked)
  await printRows(context, found, asked.options.fields, request)
}

const withLimit = (search: Search, limit: number): Search => ({
  ...search,
  options: { ...search.options, limit },
})

const iterateRows = (client: Client, { kind, filter, options }: Search): AsyncIterable<Row> =>
  kind.findAll(client, filter, options)
