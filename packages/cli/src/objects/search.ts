import type { Client } from '@epr/client'
import type { Context, Flags } from '../settings/context.js'
import { KINDS, type KindName, type Row } from './kinds.js'
import { isCutTable, printRows, TABLE_LIMIT } from './print-rows.js'
import { type Search, toSearch } from './search-request.js'

/** Finds what the flags say, or with --dry-run shows how. */
export async function search(context: Context, name: KindName, flags: Flags): Promise<undefined> {
  const { output, settings } = context
  const asked = toSearch(KINDS[name], flags)
  if (settings.dryRun) {
    const { toCurl } = await import('./curl.js')
    await output.object({ ...asked.filter, ...asked.options }, 2)
    if (output.format === 'json' || output.format === 'table') output.line(toCurl(asked, settings))
    return
  }
  const client = await context.connect()
  const isCut = isCutTable(context, flags)
  const found = iterateRows(client, isCut ? withLimit(asked, TABLE_LIMIT + 1) : asked)
  await printRows(context, found, asked.options.fields, flags)
}

const withLimit = (search: Search, limit: number): Search => ({
  ...search,
  options: { ...search.options, limit },
})

const iterateRows = (client: Client, { kind, filter, options }: Search): AsyncIterable<Row> =>
  kind.findAll(client, filter, options)
