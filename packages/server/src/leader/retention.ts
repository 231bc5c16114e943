import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../storage/database.js'
import { deleteExpiredKeys } from '../storage/idempotency-keys.js'
import { deleteOldMessages, type Retention } from '../storage/outbox.js'
import { deleteOldRefusals } from '../storage/refusals.js'
import { deleteExpiredSessions } from '../storage/sessions.js'
import { deleteGoneWatchers } from '../storage/watchers.js'
import type { LeaderTask } from './leadership.js'

const INTERVAL_MS = 60_000
/** Commits at once; each may hold hundreds of messages. */
const BATCH_COMMITS = 500

/** Removes what is no longer kept: messages that are old and published, idempotency keys after a day, sessions that are over, watchers that are gone, and counts of refusals after a month. */
export function createRetention(
  database: Database,
  messages: Retention,
  onError: (error: unknown) => void,
): LeaderTask {
  async function removeAll(abort: AbortSignal, token: string): Promise<void> {
    let removed = BATCH_COMMITS
    while (!abort.aborted && removed === BATCH_COMMITS)
      removed = await deleteOldMessages(database, messages, BATCH_COMMITS, token)
    await deleteExpiredKeys(database)
    await deleteExpiredSessions(database)
    await deleteGoneWatchers(database)
    await deleteOldRefusals(database)
  }
  return async (abort, { token }) => {
    while (!abort.aborted) {
      await removeAll(abort, token).catch(onError)
      await delay(INTERVAL_MS, undefined, { signal: abort }).catch(() => undefined)
    }
  }
}
