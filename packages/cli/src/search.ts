import type { Client } from '@epr/client'
import { stringifyJson } from '@epr/model'
import { type Context, type Flags, textFlag } from './context.js'
import { KINDS, type KindName, type Row } from './kinds.js'
import { type Search, toSearch } from './search-request.js'

/** How many rows a table shows without --limit or --all: what people can still look through. */
const TABLE_LIMIT = 100

/** Finds what the flags say, or with --dry-run shows how. */
export async function search(context: Context, name: KindName, flags: Flags): Promise<undefined> {
  const { output, settings, stderr } = context
  const asked = toSearch(KINDS[name], flags)
  if (settings.dryRun) {
    const { toCurl } = await import('./curl.js')
    await output.object({ ...asked.filter, ...asked.options }, 2)
    if (output.format === 'json' || output.format === 'table') output.line(toCurl(asked, settings))
    return
  }
  const jsonPath = textFlag(flags, 'jsonpath')
  const select =
    jsonPath === undefined ? undefined : (await import('./json-path.js')).compileJsonPath(jsonPath)
  const client = await context.connect()
  if (output.format === 'ndjson' && !select) return printAsFound(context, client, asked)
  const isCut = output.format === 'table' && !select && asked.options.limit === undefined && !flags.all
  const rows = await findRows(client, isCut ? withLimit(asked, TABLE_LIMIT + 1) : asked)
  if (select) return printFound(context, select(stringifyJson(rows)))
  if (output.format !== 'table') return output.object(rows)
  const shown = isCut ? rows.slice(0, TABLE_LIMIT) : rows
  if (shown.length > 0) {
    const { toTable } = await import('./table.js')
    output.line(toTable(shown, asked.options.fields, output.style, output.width))
  } else stderr.write('nothing found\n')
  if (shown.length < rows.length) stderr.write(`only the first ${TABLE_LIMIT}: --all shows all there are\n`)
}

const withLimit = (search: Search, limit: number): Search => ({
  ...search,
  options: { ...search.options, limit },
})

/** With the fields in the model's order. */
async function* iterateRows(client: Client, { kind, filter, options }: Search): AsyncGenerator<Row> {
  for await (const row of kind.findAll(client, filter, options)) {
    yield Object.fromEntries(options.fields.map((field) => [field, row[field]]))
  }
}

async function findRows(client: Client, search: Search): Promise<Row[]> {
  const rows: Row[] = []
  for await (const row of iterateRows(client, search)) rows.push(row)
  return rows
}

/** A line is whole as it is printed: no end has to be waited for. */
async function printAsFound({ output }: Context, client: Client, search: Search): Promise<undefined> {
  for await (const row of iterateRows(client, search)) {
    if (output.isClosed()) return
    await output.object(row)
  }
}

/** What a JSONPath has found: an array of JSON, or a line for each. */
async function printFound({ output }: Context, found: readonly object[]): Promise<undefined> {
  if (output.format !== 'ndjson') return output.object(found)
  for (const value of found) await output.object(value)
}
