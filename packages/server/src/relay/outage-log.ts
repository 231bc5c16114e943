/** Keeps a failure that lasts from filling the log: what is wrong is said once, and when it is over. */
export interface OutageLog {
  happened(error: unknown): void
  /** Publishing works: says so at the first time, and after outages. */
  over(): void
  /** Failures since it last worked. */
  readonly count: number
}

export interface OutageLogger {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
}

/** Reasons that differ only in the address of a broker must not make a line each, for ever. */
const MAX_REASONS = 4

export function createOutageLog(topic: string, log: OutageLogger): OutageLog {
  const reasons = new Set<string>()
  let count = 0
  let quiet = false
  return {
    get count() {
      return count
    },
    happened(error) {
      count++
      quiet = false
      const reason = error instanceof Error ? error.message : String(error)
      if (reasons.has(reason) || reasons.size >= MAX_REASONS) return
      reasons.add(reason)
      log.warn({ topic }, `cannot publish to ${topic}, messages wait in the database: ${reason}`)
    },
    over() {
      if (quiet) return
      quiet = true
      log.info({ topic, failures: count }, `publishing to ${topic}`)
      count = 0
      reasons.clear()
    },
  }
}
