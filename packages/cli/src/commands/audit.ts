import type { Client } from '@epr/client'
import type { Command } from 'commander'
import { printRows, TABLE_LIMIT } from '../objects/print-rows.js'
import { toFields } from '../objects/search-request.js'
import type { Row } from '../output/table.js'
import type { Context, Perform } from '../settings/context.js'
import { type Request, ROW_FLAGS } from '../settings/flags.js'

const FIELDS = ['id', 'time', 'actor', 'act', 'object', 'before', 'after', 'request_id']
/** How it was before and after is for programs, and for `--fields`. */
const TABLE_FIELDS = ['time', 'actor', 'act', 'object', 'request_id']
/** The most that one request gives. */
const PAGE_ROWS = 1_000

interface AuditPage {
  data: Row[]
  next?: string
}

/** The list from its newest entry on, page by page. */
async function* readAudit(client: Client, limit: number): AsyncGenerator<Row> {
  let after = ''
  for (let left = limit; left > 0; left -= PAGE_ROWS) {
    const path = `/audit?limit=${Math.min(left, PAGE_ROWS)}${after}`
    const { data, next } = (await client.rest('GET', path)).json as AuditPage
    yield* data
    if (next === undefined) return
    after = `&after=${next}`
  }
}

async function list(context: Context, request: Request<typeof ROW_FLAGS>): Promise<undefined> {
  const { output } = context
  const isTable = output.format === 'table' && request.jsonpath === undefined
  const fields = toFields({ fields: FIELDS, defaultFields: isTable ? TABLE_FIELDS : FIELDS }, request.fields)
  const most = isTable && !request.all ? TABLE_LIMIT + 1 : Number.POSITIVE_INFINITY
  const client = await context.connect('ask')
  return printRows(context, readAudit(client, request.limit ?? most), fields, { ...request, order: 'desc' })
}

export function defineAudit(audit: Command, perform: Perform): void {
  perform(audit, ROW_FLAGS, ['audit --limit 20', "audit --all --jsonpath '{.items[*].act}'"], list)
}
