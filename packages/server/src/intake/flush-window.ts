import type { Operations } from '@epr/model'
import type { Flush } from './recorder.js'

/** What was written in the last minute. */
export interface FlushWindow {
  add(flush: Flush): void
  read(): Operations['intake']
  /** Events in the second before this one, or in this one so far: the more of both. */
  newest(): number
}

interface Second extends Omit<Flush, 'durationMs'> {
  at: number
  flushes: number
  totalMs: number
  slowestMs: number
}

const SECONDS = 60

/** @param now in seconds */
export function createFlushWindow(now = () => Math.floor(performance.now() / 1_000)): FlushWindow {
  const ring: (Second | undefined)[] = Array.from({ length: SECONDS })

  function secondOf(at: number): Second {
    const kept = ring[at % SECONDS]
    if (kept?.at === at) return kept
    const begun = { at, flushes: 0, events: 0, failures: 0, completions: 0, totalMs: 0, slowestMs: 0 }
    ring[at % SECONDS] = begun
    return begun
  }

  return {
    add({ events, failures, completions, durationMs }) {
      const second = secondOf(now())
      second.flushes += 1
      second.events += events
      second.failures += failures
      second.completions += completions
      second.totalMs += durationMs
      second.slowestMs = Math.max(second.slowestMs, durationMs)
    },
    newest() {
      const seconds = [now(), now() - 1].map((at) => ring[at % SECONDS])
      return Math.max(...seconds.map((second) => (second && second.at >= now() - 1 ? second.events : 0)))
    },
    read() {
      const oldest = now() - SECONDS
      const kept = ring.filter((second) => second !== undefined && second.at > oldest) as Second[]
      const sum = (field: 'flushes' | 'events' | 'failures' | 'completions' | 'totalMs') =>
        kept.reduce((total, second) => total + second[field], 0)
      const flushes = sum('flushes')
      return {
        flushes,
        events: sum('events'),
        failures: sum('failures'),
        completions: sum('completions'),
        mean_ms: flushes === 0 ? null : sum('totalMs') / flushes,
        slowest_ms: flushes === 0 ? null : Math.max(...kept.map(({ slowestMs }) => slowestMs)),
      }
    },
  }
}
