import { setTimeout as delay } from 'node:timers/promises'

/** From one look to the next, at most: what was recorded meanwhile counts as one. */
const LOOK_MS = 1_000
/** A write that takes longer is taken for one that does not come. */
const SILENCE_MS = 3_000

/** Whether events can be recorded, as the last that were, or a probe in their place, have shown. */
export interface RecordingHealth {
  /** Known without asking anybody, within five seconds of a change. */
  readonly isRecording: boolean
  /** Sees how a write goes. */
  watch<T>(write: Promise<T>): Promise<T>
  /** Probes while nothing is recorded, until `abort` is aborted. */
  run(abort: AbortSignal): Promise<void>
}

export interface RecordingHealthOptions {
  /**
   * Rejects when events cannot be recorded.
   *
   * @param thoroughly to write, and not to look only: after something could not be written
   */
  probe: (thoroughly: boolean) => Promise<void>
  /** Whether an error says something of the database, and not of what was to be written. */
  isOutage: (error: unknown) => boolean
}

export function createRecordingHealth({ probe, isOutage }: RecordingHealthOptions): RecordingHealth {
  const startTimes = new Set<{ at: number }>()
  let hasFailed = false
  let lastSuccess = performance.now()

  async function watch<T>(write: Promise<T>): Promise<T> {
    const started = { at: performance.now() }
    startTimes.add(started)
    try {
      const result = await write
      lastSuccess = performance.now()
      hasFailed = false
      return result
    } catch (error) {
      if (isOutage(error)) hasFailed = true
      throw error
    } finally {
      startTimes.delete(started)
    }
  }

  return {
    watch,
    get isRecording() {
      const [oldest] = startTimes
      return !hasFailed && (oldest === undefined || performance.now() - oldest.at < SILENCE_MS)
    },
    async run(abort) {
      while (!abort.aborted) {
        if (performance.now() - lastSuccess >= LOOK_MS) await watch(probe(hasFailed)).catch(() => undefined)
        await delay(LOOK_MS, undefined, { signal: abort }).catch(() => undefined)
      }
    },
  }
}
