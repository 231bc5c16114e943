import { backoffMs, type RetryPolicy, sleep } from '@epr/client'
import type { Message } from '@epr/model'
import { describeError, NotRetryableError, retryAfterOf } from '../errors.js'
import type { Log } from '../log.js'
import type { Lease, Outcome } from '../message-source.js'
import type { Metrics } from '../metrics.js'
import type { SourceRecord } from '../source-record.js'
import type { DeadLetters } from './dead-letters.js'
import { createDeadlines } from './deadlines.js'
import { createPool } from './pool.js'
import { type AttemptResult, makeAttempt, type TaskContext, type TaskHandler } from './task-handler.js'

/** A message that a handler has to do, for as long as the lease holds. */
export interface Job {
  readonly record: SourceRecord
  readonly message: Message
  readonly handle: TaskHandler
  readonly lease: Lease
}

/** Remembers what is done, so that a message which comes again is skipped. It may outlive the process. */
export interface Dedupe {
  has(id: string): Promise<boolean> | boolean
  /** Called after the handler has ended well; when it fails, the attempt has failed. */
  add(id: string): Promise<unknown> | unknown
}

export interface JobOptions {
  concurrency: number
  timeoutMs: number
  retry: RetryPolicy
  dedupe?: Dedupe | undefined
  deadLetters: DeadLetters
  metrics: Metrics
  log: Log
}

/** Does a job: attempt after attempt, then as a dead letter. It never rejects. */
export type DoJob = (job: Job) => Promise<Outcome>

export function createDoJob(options: JobOptions): DoJob {
  const { timeoutMs, retry, dedupe, deadLetters, metrics, log } = options
  const pool = createPool(options.concurrency)
  const deadlines = createDeadlines(timeoutMs)

  /** Undefined when the lease has no room for another one. */
  async function attempt(job: Job, count: number): Promise<AttemptResult | undefined> {
    const entered = pool.enter()
    if (entered !== undefined) await entered
    try {
      if (job.lease.draining.aborted) return undefined
      metrics.inFlight++
      const startedAt = performance.now()
      const result = await makeAttempt({
        deadlines,
        timeoutMs,
        abort: job.lease.revoked,
        run(getSignal) {
          const run = () => job.handle(job.message, toContext(job.record, count, log, getSignal))
          return dedupe ? unlessKnown(dedupe, job.record.id, run) : run()
        },
      })
      metrics.inFlight--
      metrics.observeHandler((performance.now() - startedAt) / 1_000)
      return result
    } finally {
      pool.leave()
    }
  }

  return async (job) => {
    const { record, lease } = job
    for (let count = 1; ; count++) {
      const result = await attempt(job, count)
      if (!result) return 'abandoned'
      if (result.ok) {
        metrics.processed++
        return 'done'
      }
      // Ended by us, not by the handler: the attempt does not count, and somebody makes it again.
      if (lease.revoked.aborted) return 'abandoned'
      metrics.failed++
      const error = describeError(result.error)
      log.warn({ id: record.id, attempt: count, error }, 'an attempt failed')
      if (count >= retry.attempts || result.error instanceof NotRetryableError)
        return deadLetters.send(record, { kind: 'handler-failed', error, attempts: count }, lease)
      metrics.retried++
      await sleep(retryAfterOf(result.error) + backoffMs(count, retry), lease.draining)
    }
  }
}

function toContext(
  record: SourceRecord,
  attempt: number,
  log: Log,
  getSignal: () => AbortSignal,
): TaskContext {
  const dataRef = record.headers?.ce_dataref
  return {
    id: record.id,
    gate: record.gate,
    actor: record.actor,
    attempt,
    dataRef: dataRef === undefined ? undefined : String(dataRef),
    log,
    // Made when asked for: nearly nobody does.
    get origin() {
      return record.origin
    },
    get signal() {
      return getSignal()
    },
  }
}

/** Skips what is known to be done, and remembers what is done now. */
async function unlessKnown(store: Dedupe, id: string, run: () => unknown): Promise<void> {
  if (await store.has(id)) return
  await run()
  await store.add(id)
}
