import { EprError } from '@epr/model'
import { createTurns } from '../turns.js'
import type { Connection, Database } from './database.js'

/** While others need the database more, statements take so much of the time, of one connection. */
const SHARE = 0.15
/** Who asks now and then waits for nothing: so many milliseconds are saved up. */
const SAVED_MS = 1_000
const MAX_WAIT_MS = 5_000
/** Looked again so often at least, because what others need may end. */
const LOOK_MS = 100

export interface PaceOptions {
  /** How many statements run at once when nobody else needs the database. */
  atOnce: number
  /** Whether others need it more. */
  isBusy(): boolean
}

/**
 * A database whose statements leave time for others while those need it: one at a time then, and of the time a share, in the
 * order in which they come.
 *
 * @returns a database whose `query` throws EprError UNAVAILABLE for what has waited for five seconds
 */
export function createPaced(database: Database, { atOnce, isBusy }: PaceOptions): Database {
  const turns = createTurns(() => (isBusy() ? 1 : atOnce))
  let savedMs = SAVED_MS
  let countedAt = performance.now()

  function count(): void {
    const now = performance.now()
    savedMs = isBusy() ? Math.min(SAVED_MS, savedMs + (now - countedAt) * SHARE) : SAVED_MS
    countedAt = now
  }

  async function wait(until: number): Promise<void> {
    for (;;) {
      if (performance.now() > until)
        throw new EprError(
          'UNAVAILABLE',
          'answers about many artifacts are asked for faster than recording leaves time for: try again in a moment',
        )
      count()
      if (savedMs > 0) return
      const lookAgainMs = Math.min(LOOK_MS, 1 - savedMs / SHARE)
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
    }
  }

  const query = (...statement: Parameters<Connection['query']>): Promise<unknown[]> => {
    const until = performance.now() + MAX_WAIT_MS
    return turns.run(async () => {
      await wait(until)
      const startedAt = performance.now()
      try {
        return await database.query(...statement)
      } finally {
        count()
        savedMs -= performance.now() - startedAt
      }
    })
  }

  return { ...database, query: query as Database['query'] }
}
