import { setTimeout as delay } from 'node:timers/promises'
import { EprError } from '@epr/model'
import type { Connection } from '../storage/database.js'
import type { LostAnswerError } from '../storage/database-error.js'
import type { EventUnit } from '../storage/events.js'
import { endBackend, isWritten } from '../storage/lost-answer.js'

/** How long it is tried to find out what became of a flush whose answer was lost. */
const SETTLE_MS = 4_000
const ASK_AGAIN_MS = 100

export type Outcome = 'written' | 'not written' | 'unknown'

/**
 * Finds out whether units are committed whose answer was lost: whoever may still be writing them is ended, and then they
 * are looked for. What is not there after that never will be.
 */
export async function settleDoubt(
  database: Connection,
  { backend }: LostAnswerError,
  units: readonly EventUnit[],
): Promise<Outcome> {
  const until = performance.now() + SETTLE_MS
  while (performance.now() < until) {
    try {
      if (await endBackend(database, backend))
        return (await isWritten(database, units)) ? 'written' : 'not written'
    } catch {
      // The database is still away.
    }
    await delay(ASK_AGAIN_MS)
  }
  return 'unknown'
}

/** For a unit that was never written, nor will be. */
export const notRecorded = (): EprError =>
  new EprError('UNAVAILABLE', 'the database does not answer; nothing was recorded: try again')

/** For a unit of which nobody knows: a repeat is safe only by its key. */
export function perhapsRecorded({ events, claim }: EventUnit): EprError {
  const what = events.length === 1 ? `the event ${events[0]?.id}` : 'what was sent'
  const advice = claim
    ? 'try again with the same Idempotency-Key: it is recorded once'
    : 'look for it before sending it again, or send an Idempotency-Key, with which a repeat is safe'
  return new EprError(
    'UNAVAILABLE',
    `the database does not answer; ${what} may have been recorded: ${advice}`,
  )
}
