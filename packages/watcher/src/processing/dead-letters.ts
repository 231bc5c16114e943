import { backoffMs, type RetryPolicy, sleep } from '@epr/client'
import type { DeadLetterSink, Failure } from '../dead-letter.js'
import { describeError } from '../errors.js'
import type { Log } from '../log.js'
import type { Lease, Outcome } from '../message-source.js'
import type { Metrics } from '../metrics.js'
import type { SourceRecord } from '../source-record.js'

export interface DeadLettersOptions {
  send: DeadLetterSink
  /** Stands in the letters: the consumer group, or the name of the feed's watcher. */
  group: string
  metrics: Metrics
  log: Log
}

export interface DeadLetters {
  /** `done` once the letter is safe. Never rejects: what cannot be kept ends the lease, and is not done. */
  send(record: SourceRecord, failure: Failure, lease: Lease): Promise<Outcome>
}

/** How often a dead letter is sent before the lease is given up; nothing is marked done meanwhile. */
const RETRY: RetryPolicy = { attempts: 5, initialDelayMs: 200, maxDelayMs: 5_000 }

export function createDeadLetters({ send, group, metrics, log }: DeadLettersOptions): DeadLetters {
  return {
    async send(record, failure, lease) {
      for (let attempt = 1; !lease.revoked.aborted; attempt++) {
        try {
          const time = new Date().toISOString()
          await send({ ...record, ...failure, group, time })
          metrics.putAside({ time, kind: failure.kind, error: failure.error, id: record.id })
          log.error({ id: record.id, ...failure, ...record.origin }, 'put a record aside')
          return 'done'
        } catch (error) {
          log.error({ id: record.id, error: describeError(error) }, 'cannot put a record aside')
          if (attempt >= RETRY.attempts) lease.fail(error)
          if (lease.draining.aborted) break
          await sleep(backoffMs(attempt, RETRY), lease.draining)
        }
      }
      return 'abandoned'
    },
  }
}
