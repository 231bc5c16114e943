import type { ReceiversUsage, ReceiverUsage } from '@epr/model'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import type { Database } from '../storage/database.js'
import { selectUsage, type UsageRow } from '../storage/usage.js'
import { getProgress } from './progress.js'

/** Which receivers are asked about. */
export interface UsageQuery {
  /** How many days back, today among them. */
  days: number
  limit: number
  /** The `next` of the page before. */
  after?: string | undefined
}

/**
 * What receivers get and refuse, and who waits for it.
 *
 * @throws EprError UNAVAILABLE while nothing is projected yet
 */
export type ReadUsage = (query: UsageQuery, call: Call) => Promise<ReceiversUsage>

/** What is odd about a receiver. */
export function warningsOf(row: UsageRow): ReceiverUsage['warnings'] {
  const { events, failures, refused, is_new, takes_anything } = row
  return [
    ...(events === 0 && refused === 0 && !is_new ? (['unused'] as const) : []),
    ...(refused > events ? (['refusing'] as const) : []),
    ...(events > 0 && failures === events ? (['failing'] as const) : []),
    ...(takes_anything ? (['anything'] as const) : []),
  ]
}

export function createReadUsage(database: Database): ReadUsage {
  return async ({ days, limit, after }, { principal }) => {
    assertMay(principal, { verb: 'read' })
    const progress = await getProgress(database)
    const rows = await selectUsage(database, { days, after, limit: limit + 1 })
    const kept = rows.slice(0, limit)
    return {
      data: kept.map(({ is_new, takes_anything, ...row }) => ({
        ...row,
        warnings: warningsOf({ ...row, is_new, takes_anything }),
      })),
      ...progress,
      next: rows.length > limit ? (kept.at(-1)?.event_receiver_id ?? null) : null,
    }
  }
}
