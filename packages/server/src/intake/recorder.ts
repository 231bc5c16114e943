import { EprError, fromJsonText } from '@epr/model'
import type { Connection } from '../storage/database.js'
import { LostAnswerError } from '../storage/database-error.js'
import { analyzeEvents, type EventUnit, insertEvents } from '../storage/events.js'
import { notRecorded, perhapsRecorded, settleDoubt } from './doubt.js'
import { createFlushQueue, type Entry, type Settle } from './flush-queue.js'

/** Writes events to the database, many at a time. */
export interface Recorder {
  /**
   * Resolves once the unit is committed, all of it. Within ten seconds, whatever the database does.
   *
   * @throws EprError UNAVAILABLE when the database is away or the queue is full, and says whether the unit may have been
   *   recorded; a KeyTakenError when another server has used the unit's idempotency key
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
  /** For what events are not to wait for: statistics. */
  background: Connection
  /** About how many events the database held at the start, when its statistics were made. */
  eventCount: number
  /** The most payload that may wait for the database, in characters. */
  maxQueuedChars: number
  /** Sees every write, and how it ends. @default nobody looks */
  watch?: <T>(write: Promise<T>) => Promise<T>
  /** Called after each commit with what it held. */
  onFlush: (flush: Flush) => void
  onError: (error: unknown) => void
}

/** Units with more payload than this, in characters, go their own way and alone. */
const LARGE_UNIT_CHARS = 256 * 1024
/** At these numbers of events the statistics are made anew: plans made for a small table would be kept else. */
const ANALYZE_AT = [1_000, 10_000, 100_000, 1_000_000]

/**
 * Two queues, so that small events do not wait for an SBOM to be compressed. They are to each other as two
 * servers are: the database's locks decide the order of events of one NVRPP.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const { database, background, watch = (write) => write } = options
  const small = createFlushQueue(write)
  const large = createFlushQueue(write)
  let queuedChars = 0
  let { eventCount } = options

  function analyzeWhenDue(events: number): void {
    const due = ANALYZE_AT.some((size) => eventCount < size && eventCount + events >= size)
    eventCount += events
    if (due) analyzeEvents(background).catch(options.onError)
  }

  /** How many groups were completed; none that it knows of when the answer was lost. */
  async function insert(units: EventUnit[], entries: Entry[]): Promise<number> {
    try {
      return await watch(insertEvents(database, units))
    } catch (error) {
      if (!(error instanceof LostAnswerError)) throw error
      const outcome = await settleDoubt(database, error, units)
      if (outcome === 'written') return 0
      if (outcome === 'not written') throw notRecorded()
      for (const { reject, unit } of entries) reject(perhapsRecorded(unit))
      throw error
    }
  }

  async function write(entries: Entry[]): Promise<Settle> {
    const startedAt = performance.now()
    const units = entries.map(({ unit }) => unit)
    const completions = await insert(units, entries)
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
      queue.add({ unit, chars, since: performance.now(), resolve, reject })
    })
  }

  return {
    async record(unit) {
      const chars = unit.events.reduce((sum, event) => sum + fromJsonText(event.payload).length, 0)
      if (queuedChars > 0 && queuedChars + chars > options.maxQueuedChars) {
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
