import { isOutage } from '../storage/database-error.js'
import type { EventUnit } from '../storage/events.js'
import { notRecorded, perhapsRecorded } from './doubt.js'

/** The most events of one flush. A unit is never divided, so a batch may make it longer. */
const MAX_FLUSH_EVENTS = 500
/** The most payload of one flush, in characters. */
const MAX_FLUSH_CHARS = 1024 * 1024
/** So long without a commit the database is taken to be silent, and who waits for it is answered. */
const SILENCE_MS = 3_000
/** How long a unit waits for its flush while the database is silent. */
const QUEUE_LIMIT_MS = 6_000
/** And for the answer to its flush. */
const ANSWER_LIMIT_MS = 9_000
/** How often it is looked for those who have waited too long. */
const LOOK_MS = 500

export interface Entry {
  unit: EventUnit
  chars: number
  /** When it came, as `performance.now()` has it. */
  since: number
  resolve: () => void
  reject: (error: unknown) => void
}

/** A queue with at most one flush in flight. */
export interface FlushQueue {
  add(entry: Entry): void
  drained(): Promise<void>
}

const countEvents = (entries: Entry[]): number =>
  entries.reduce((sum, { unit }) => sum + unit.events.length, 0)

/**
 * How many events a flush should hold: half of what waits and of what the flush before it held, whose clients come
 * back with their next ones. The database then writes one half while this process answers and reads the other. A
 * large flush and a small one in turn would stay as they are, and each side would wait for the other's large one.
 */
const shareOf = (eventsWaiting: number, eventsBefore: number): number =>
  Math.min(MAX_FLUSH_EVENTS, Math.ceil((eventsWaiting + eventsBefore) / 2))

/** Takes as many entries from the front of a queue as fit into one flush; at least one. */
function takeFlush(queue: Entry[], mostEvents: number): Entry[] {
  let count = 0
  let events = 0
  let chars = 0
  for (const entry of queue) {
    events += entry.unit.events.length
    chars += entry.chars
    if (count > 0 && (events > mostEvents || chars > MAX_FLUSH_CHARS)) break
    count++
  }
  return queue.splice(0, count)
}

/** Tells those who wait what has become of their units. */
export type Settle = () => void

const turn = (): Promise<void> => new Promise(setImmediate)

/**
 * No timer starts a flush: it starts when none is running and this turn of the event loop has read what there is to read,
 * and takes its share of what has queued behind the one before it. At one connection that costs nothing, at many it makes
 * one commit of hundreds. Nobody waits for longer than a request may take, whatever the database does.
 *
 * @param write gives how to settle the entries, once they are committed
 */
export function createFlushQueue(write: (entries: Entry[]) => Promise<Settle>): FlushQueue {
  const queue: Entry[] = []
  let inFlight: Entry[] = []
  let eventsWaiting = 0
  let flushing: Promise<void> | undefined
  let lastCommit = 0

  /** A flush that the database refuses is written again unit by unit, so that a bad one fails alone. */
  async function flush(entries: Entry[]): Promise<Settle> {
    try {
      const settle = await write(entries)
      lastCommit = performance.now()
      return settle
    } catch (error) {
      if (entries.length === 1 || isOutage(error)) {
        return () => {
          for (const entry of entries) entry.reject(error)
        }
      }
      for (const entry of entries) (await flush([entry]))()
      return () => undefined
    }
  }

  function expire(): void {
    const now = performance.now()
    if (now - lastCommit < SILENCE_MS) return
    const late = queue.findIndex(({ since }) => now - since < QUEUE_LIMIT_MS)
    const expired = queue.splice(0, late < 0 ? queue.length : late)
    eventsWaiting -= countEvents(expired)
    for (const entry of expired) entry.reject(notRecorded())
    for (const entry of inFlight)
      if (now - entry.since > ANSWER_LIMIT_MS) entry.reject(perhapsRecorded(entry.unit))
  }

  async function flushAll(): Promise<void> {
    lastCommit = performance.now()
    const looking = setInterval(expire, LOOK_MS)
    // Else the first of many requests that came together goes alone, and the others wait for it.
    await turn()
    let settle: Settle = () => undefined
    let eventsBefore = 0
    while (queue.length > 0) {
      const entries = takeFlush(queue, shareOf(eventsWaiting, eventsBefore))
      eventsBefore = countEvents(entries)
      eventsWaiting -= eventsBefore
      inFlight = entries
      const flushed = flush(entries)
      // The answers to one flush are made while the database writes the next.
      await turn()
      settle()
      settle = await flushed
    }
    clearInterval(looking)
    inFlight = []
    flushing = undefined
    settle()
  }

  return {
    add(entry) {
      queue.push(entry)
      eventsWaiting += entry.unit.events.length
      flushing ??= flushAll()
    },
    async drained() {
      while (flushing !== undefined) await flushing
    },
  }
}
