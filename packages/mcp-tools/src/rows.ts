import * as z from 'zod'
import { MAX_RESULT_CHARS } from './json-window.js'
import { NOTICE } from './notice.js'

const MAX_LIMIT = 100
const DEFAULT_LIMIT = 20

/** How a tool that gives many is asked for a part of them. */
export const pageInput = {
  limit: z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT).describe('How many at most.'),
  after: z.string().optional().describe('Go on behind this id: what `next` of the result before was.'),
  order: z.enum(['asc', 'desc']).default('desc').describe('By time of creation: desc is newest first.'),
}

/** What such a tool gives beside its rows. */
export const pageOutput = {
  next: z.string().optional().describe('Absent at the end; otherwise what to pass as `after`.'),
  more: z.string().optional().describe('How to get the rest, when there is more.'),
  notice: z.string(),
}

/** What a tool ends with that gives a part of many. @param next where the rest begins; null when there is none */
export const toRest = (next: string | null, tool: string) => ({
  ...(next !== null && {
    next,
    more: `Call ${tool} again with the same arguments and after=${next}.`,
  }),
  notice: NOTICE,
})

/** As many rows as fit into one result. `rows` holds one more than `limit` when there are more. */
export function toPage<Row extends { id: string }>(rows: readonly Row[], limit: number, tool: string) {
  const shown: Row[] = []
  let chars = 0
  for (const row of rows.slice(0, limit)) {
    chars += JSON.stringify(row).length
    if (shown.length > 0 && chars > MAX_RESULT_CHARS) break
    shown.push(row)
  }
  const last = shown.at(-1)
  const hasMore = last !== undefined && shown.length < rows.length
  return { shown, rest: toRest(hasMore ? last.id : null, tool) }
}
