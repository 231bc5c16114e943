import { type Message, nvrppKey } from '@epr/model'
import type { Dedupe } from '../dedupe.js'
import { describeError, NotRetryableError } from '../errors.js'
import type { Failure } from '../failure.js'
import type { Log } from '../log.js'
import type { Matcher } from '../matcher.js'
import type { Outcome, SourceRecord, Turn } from '../message-source.js'
import type { Metrics } from '../metrics.js'
import { backoffMs, type RetryPolicy } from '../retry.js'
import { sleep } from '../sleep.js'
import { createDeadlines } from './deadlines.js'
import { decodeMessage } from './decode.js'
import { createLanes, createPool } from './keyed-queue.js'
import { type AttemptResult, makeAttempt, type TaskHandler } from './task-handler.js'

/** A handler, and the messages that are its own. */
export interface ErasedRoute {
  match: Matcher
  handle: TaskHandler
}

export interface ProcessorOptions {
  routes: readonly ErasedRoute[]
  concurrency: number
  timeoutMs: number
  retry: RetryPolicy
  dedupe?: Dedupe | undefined
  sendDeadLetter(record: SourceRecord, failure: Failure): Promise<void>
  metrics: Metrics
  log: Log
}

/** The way of a record: decode → match → handle, or aside. It never throws or rejects. */
export interface Processor {
  accept(record: SourceRecord, turn: Turn): Outcome | Promise<Outcome>
}

/** How often a dead letter is sent before the turn is given up; nothing is marked done meanwhile. */
const DEAD_LETTER_RETRY: RetryPolicy = { attempts: 5, initialDelayMs: 200, maxDelayMs: 5_000 }

export function createProcessor(options: ProcessorOptions): Processor {
  const { routes, timeoutMs, retry, dedupe, metrics, log } = options
  const lanes = createLanes()
  const pool = createPool(options.concurrency)
  const deadlines = createDeadlines(timeoutMs)

  async function putAside(record: SourceRecord, failure: Failure, turn: Turn): Promise<Outcome> {
    for (let attempt = 1; !turn.abort.aborted; attempt++) {
      try {
        await options.sendDeadLetter(record, failure)
        metrics.deadLettered++
        log.error({ id: record.id, ...failure, ...record.origin }, 'put a record aside')
        return 'done'
      } catch (error) {
        log.error({ id: record.id, error: describeError(error) }, 'cannot put a record aside')
        if (attempt >= DEAD_LETTER_RETRY.attempts) turn.fail(error)
        if (turn.over.aborted) break
        await sleep(backoffMs(attempt, DEAD_LETTER_RETRY), turn.over)
      }
    }
    return 'abandoned'
  }

  function handleOnce(
    record: SourceRecord,
    message: Message,
    handle: TaskHandler,
    count: number,
    getSignal: () => AbortSignal,
  ): unknown {
    const dataRef = record.headers?.ce_dataref
    return handle(message, {
      id: record.id,
      attempt: count,
      dataRef: dataRef === undefined ? undefined : String(dataRef),
      log,
      get origin() {
        return record.origin
      },
      get signal() {
        return getSignal()
      },
    })
  }

  /** Skips what is known to be done, and remembers what is done now. */
  async function handleNew(store: Dedupe, id: string, run: () => unknown): Promise<void> {
    if (await store.has(id)) return
    await run()
    await store.add(id)
  }

  async function attempt(
    record: SourceRecord,
    message: Message,
    handle: TaskHandler,
    turn: Turn,
    count: number,
  ): Promise<AttemptResult | undefined> {
    const entered = pool.enter()
    if (entered !== undefined) await entered
    try {
      if (turn.over.aborted) return undefined
      metrics.inFlight++
      const startedAt = performance.now()
      const result = await makeAttempt({
        ...{ deadlines, timeoutMs },
        abort: turn.abort,
        run(getSignal) {
          const run = () => handleOnce(record, message, handle, count, getSignal)
          return dedupe ? handleNew(dedupe, record.id, run) : run()
        },
      })
      metrics.inFlight--
      metrics.observeHandler((performance.now() - startedAt) / 1_000)
      return result
    } finally {
      pool.leave()
    }
  }

  async function work(
    record: SourceRecord,
    message: Message,
    handle: TaskHandler,
    turn: Turn,
  ): Promise<Outcome> {
    for (let count = 1; ; count++) {
      const result = await attempt(record, message, handle, turn, count)
      if (!result) return 'abandoned'
      if (result.ok) {
        metrics.processed++
        return 'done'
      }
      // Ended by us, not by the handler: the attempt does not count, and somebody makes it again.
      if (turn.abort.aborted) return 'abandoned'
      metrics.failed++
      const error = describeError(result.error)
      log.warn({ id: record.id, attempt: count, error }, 'an attempt failed')
      if (count >= retry.attempts || result.error instanceof NotRetryableError)
        return putAside(record, { kind: 'handler-failed', error, attempts: count }, turn)
      metrics.retried++
      await sleep(backoffMs(count, retry), turn.over)
    }
  }

  function toFailure(kind: Failure['kind'], error: unknown): Failure {
    return { kind, error: describeError(error), attempts: 0 }
  }

  return {
    accept(record, turn) {
      metrics.received++
      let message: Message
      try {
        message = decodeMessage(record.value)
      } catch (error) {
        return putAside(record, toFailure('undecodable', error), turn)
      }
      let route: ErasedRoute | undefined
      try {
        route = routes.find(({ match }) => match(message))
      } catch (error) {
        return putAside(record, toFailure('unmatchable', error), turn)
      }
      if (!route) return 'done'
      const { handle } = route
      return lanes.enter(nvrppKey(message), () => work(record, message, handle, turn))
    },
  }
}
