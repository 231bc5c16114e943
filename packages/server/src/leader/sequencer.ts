import { setTimeout as delay } from 'node:timers/promises'
import type { Signal } from '../feed/signal.js'
import { numberMessages } from '../storage/outbox.js'
import type { Lead, LeaderTask } from './leadership.js'

/** Sent by number_messages, for readers in other processes. */
export const SEQUENCED_CHANNEL = 'epr_sequenced'

/** Of commits, each of which may hold hundreds of messages. */
const BATCH_COMMITS = 200
/** From one round to the next, at least: each is a commit, which those of the events wait for. */
const INTERVAL_MS = 10
/** The most of its time that the leader sequences while there is much to do: watchers wait, events do not. */
const BUSY_SHARE = 0.1
const MAX_PAUSE_MS = 100
/** How often it looks for messages that nobody has announced. */
const LOOK_INTERVAL_MS = 1_000

export interface SequencerOptions {
  /** Raised when messages have been committed. */
  written: Signal
  /** Called when messages have got their cursors. */
  onSequenced: () => void
}

const pauseAfter = (tookMs: number): number =>
  Math.min(Math.max(INTERVAL_MS, tookMs / BUSY_SHARE) - tookMs, MAX_PAUSE_MS)

/**
 * Gives messages their cursors after their commit, in one place: a reader who has passed a cursor then never misses one
 * before it, because sequence order is not commit order.
 */
export function createSequencer({ written, onSequenced }: SequencerOptions): LeaderTask {
  async function sequenceAll({ session, token }: Lead): Promise<void> {
    for (;;) {
      const sequenced = await numberMessages(session, token, BATCH_COMMITS)
      if (sequenced > 0) onSequenced()
      if (sequenced < BATCH_COMMITS) return
    }
  }

  return async (abort, lead) => {
    while (!abort.aborted) {
      const seen = written.version
      const startedAt = performance.now()
      await sequenceAll(lead)
      const pauseMs = pauseAfter(performance.now() - startedAt)
      if (pauseMs > 0) await delay(pauseMs, undefined, { signal: abort }).catch(() => undefined)
      await written.changedSince(seen, abort, LOOK_INTERVAL_MS)
    }
    // Whatever was committed before the stop still gets its place.
    if (lead.session.isOpen) await sequenceAll(lead)
  }
}
