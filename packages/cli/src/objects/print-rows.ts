import { stringifyJson, toPlainLine } from '@epr/model'
import type { Row } from '../output/table.js'
import type { Context } from '../settings/context.js'
import type { RowRequest } from '../settings/flags.js'

/** How many rows a table shows without --limit or --all: what people can still look through. */
export const TABLE_LIMIT = 100

/** Whether only the beginning is shown, because people could not look through all. */
export function isCutTable({ output }: Context, { jsonpath, limit, all }: RowRequest): boolean {
  return output.format === 'table' && jsonpath === undefined && limit === undefined && !all
}

/** Prints rows as the output's format wants them, or what a JSONPath finds in them. */
export async function printRows(
  context: Context,
  found: AsyncIterable<Row> | Iterable<Row>,
  fields: readonly string[],
  request: RowRequest & { order?: 'asc' | 'desc' | undefined },
): Promise<undefined> {
  const { output, stderr } = context
  const { jsonpath } = request
  const picked = pickFields(found, fields)
  if (jsonpath !== undefined) return printSelected(context, picked, jsonpath)
  if (output.format === 'ndjson') return printAsFound(context, picked)
  const isCut = isCutTable(context, request)
  const rows = await collect(picked, isCut ? TABLE_LIMIT + 1 : Number.POSITIVE_INFINITY)
  if (output.format !== 'table') return output.object(rows)
  const shown = isCut ? rows.slice(0, TABLE_LIMIT) : rows
  if (shown.length > 0) {
    const { toTable } = await import('../output/table.js')
    // What was asked for by name is all shown.
    const shape = { width: output.width, mayDrop: request.fields === undefined }
    await output.show(toTable(shown, fields, output.style, shape))
  } else stderr.write('nothing found\n')
  if (shown.length < rows.length) {
    const which = request.order === 'desc' ? 'newest' : 'first'
    stderr.write(`only the ${which} ${TABLE_LIMIT}: --all shows all there are\n`)
  }
}

/** What a JSONPath finds in all rows. A path that cannot be is refused before anything is asked for. */
async function printSelected(
  context: Context,
  rows: AsyncIterable<Row>,
  jsonpath: string,
): Promise<undefined> {
  const { compileJsonPath, parsePath, toShown } = await import('./json-path.js')
  const select = compileJsonPath(parsePath(jsonpath).path)
  const shown = toShown(jsonpath, select(stringifyJson(await collect(rows, Number.POSITIVE_INFINITY))))
  const { output } = context
  if ('raw' in shown) return output.line(output.width === undefined ? shown.raw : toPlainLine(shown.raw))
  return Array.isArray(shown.json) ? printFound(context, shown.json) : output.object(shown.json)
}

/** With the fields in their own order. */
async function* pickFields(
  rows: AsyncIterable<Row> | Iterable<Row>,
  fields: readonly string[],
): AsyncGenerator<Row> {
  for await (const row of rows) yield Object.fromEntries(fields.map((field) => [field, row[field]]))
}

export async function collect(found: AsyncIterable<Row>, limit: number): Promise<Row[]> {
  const rows: Row[] = []
  for await (const row of found) {
    rows.push(row)
    if (rows.length >= limit) break
  }
  return rows
}

/** A line is whole as it is printed: no end has to be waited for. */
async function printAsFound({ output }: Context, rows: AsyncIterable<Row>): Promise<undefined> {
  for await (const row of rows) {
    if (output.isClosed()) return
    await output.object(row)
  }
}

/** What a JSONPath has found: an array of JSON, or a line for each. */
async function printFound({ output }: Context, found: readonly object[]): Promise<undefined> {
  if (output.format !== 'ndjson') return output.object(found)
  for (const value of found) await output.object(value)
}
