import { EprError, fromJsonText } from '@epr/model'
import type { Connection } from '../storage/database.js'
import { analyzeEvents, type EventUnit, insertEvents } from '../storage/events.js'

/** Writes events to the database, many at a time. */
export interface Recorder {
  /**
   * Resolves once the unit is committed, all of it.
   *
   * @throws EprError UNAVAILABLE when the database is away or the queue is full; a KeyTakenError when another
   *   server has used the unit's idempotency key
   */
  record(unit: EventUnit): Promise<void>
  /** Resolves when nothing is queued or being written. */
  drained(): Promise<void>
}

/** What one commit held. */
export interface Flush {
  events: number
  /** How many of the events are failures. */
  failures: number
  /** How many groups were completed. */
  completions: number
  durationMs: number
}

export interface RecorderOptions {
  database: Connection
  /** About how many events the database held at the start, when its statistics were made. */
  eventCount: number
  /** Called after each commit with what it held. */
  onFlush: (flush: Flush) => void
  onError: (error: unknown) => void
}

/** The most events of one flush. A unit is never divided, so a batch may make it longer. */
const MAX_FLUSH_EVENTS = 500
/** The most payload of one flush, in characters. */
const MAX_FLUSH_CHARS = 1024 * 1024
/** Units with more payload than this, in characters, go their own way and alone. */
const LARGE_UNIT_CHARS = 256 * 1024
/** The most payload that may wait for the database, in characters. */
const MAX_QUEUED_CHARS = 128 * 1024 * 1024
/** At these numbers of events the statistics are made anew: plans made for a small table would be kept else. */
const ANALYZE_AT = [1_000, 10_000, 100_000, 1_000_000]

interface Entry {
  unit: EventUnit
  chars: number
  resolve: () => void
  reject: (error: unknown) => void
}

/** A queue with at most one flush in flight. */
interface FlushQueue {
  add(entry: Entry): void
  drained(): Promise<void>
}

const isTransient = (error: unknown): boolean =>
  error instanceof EprError && (error.code === 'UNAVAILABLE' || error.code === 'TIMEOUT')

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
type Settle = () => void

/**
 * No timer: a flush starts when none is running and this turn of the event loop has read what there is to read, and
 * takes its share of what has queued behind the one before it. At one connection that costs nothing, at many it makes
 * one commit of hundreds.
 *
 * @param write gives how to settle the entries, once they are committed
 */
function createFlushQueue(write: (entries: Entry[]) => Promise<Settle>): FlushQueue {
  const queue: Entry[] = []
  let eventsWaiting = 0
  let flushing: Promise<void> | undefined

  /** A flush that the database refuses is written again unit by unit, so that a bad one fails alone. */
  async function flush(entries: Entry[]): Promise<Settle> {
    try {
      return await write(entries)
    } catch (error) {
      if (entries.length === 1 || isTransient(error)) {
        return () => {
          for (const entry of entries) entry.reject(error)
        }
      }
      for (const entry of entries) (await flush([entry]))()
      return () => undefined
    }
  }

  async function flushAll(): Promise<void> {
    // Else the first of many requests that came together goes alone, and the others wait for it.
    await turn()
    let settle: Settle = () => undefined
    let eventsBefore = 0
    while (queue.length > 0) {
      const entries = takeFlush(queue, shareOf(eventsWaiting, eventsBefore))
      eventsBefore = countEvents(entries)
      eventsWaiting -= eventsBefore
      const flushed = flush(entries)
      // The answers to one flush are made while the database writes the next.
      await turn()
      settle()
      settle = await flushed
    }
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

const turn = (): Promise<void> => new Promise(setImmediate)

/**
 * Two queues, so that small events do not wait for an SBOM to be compressed. They are to each other as two
 * servers are: the database's locks decide the order of events of one NVRPP.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const small = createFlushQueue(write)
  const large = createFlushQueue(write)
  let queuedChars = 0
  let { eventCount } = options

  function analyzeWhenDue(events: number): void {
    const due = ANALYZE_AT.some((size) => eventCount < size && eventCount + events >= size)
    eventCount += events
    if (due) analyzeEvents(options.database).catch(options.onError)
  }

  async function write(entries: Entry[]): Promise<Settle> {
    const startedAt = performance.now()
    const units = entries.map(({ unit }) => unit)
    const completions = await insertEvents(options.database, units)
    const events = units.flatMap((unit) => unit.events)
    const failures = events.filter(({ success }) => !success).length
    options.onFlush({
      events: events.length,
      failures,
      completions,
      durationMs: performance.now() - startedAt,
    })
    analyzeWhenDue(events.length)
    return () => {
      for (const entry of entries) entry.resolve()
    }
  }

  function enqueue(unit: EventUnit, chars: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = chars > LARGE_UNIT_CHARS ? large : small
      queue.add({ unit, chars, resolve, reject })
    })
  }

  return {
    async record(unit) {
      const chars = unit.events.reduce((sum, event) => sum + fromJsonText(event.payload).length, 0)
      if (queuedChars > 0 && queuedChars + chars > MAX_QUEUED_CHARS) {
        throw new EprError('UNAVAILABLE', 'too much waits for the database: try again')
      }
      queuedChars += chars
      try {
        await enqueue(unit, chars)
      } finally {
        queuedChars -= chars
      }
    },
    async drained() {
      await Promise.all([small.drained(), large.drained()])
    },
  }
}
