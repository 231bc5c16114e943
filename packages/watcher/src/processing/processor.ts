import { type Message, nvrppKey } from '@epr/model'
import type { FailureKind } from '../dead-letter.js'
import { describeError } from '../errors.js'
import type { Matcher } from '../matcher.js'
import type { Lease, Outcome } from '../message-source.js'
import type { Metrics } from '../metrics.js'
import type { SourceRecord } from '../source-record.js'
import type { DeadLetters } from './dead-letters.js'
import { decodeMessage } from './decode.js'
import type { DoJob } from './job.js'
import { createKeyedQueue } from './keyed-queue.js'
import type { TaskHandler } from './task-handler.js'

/** A handler, and the messages that are its own. */
export interface ErasedRoute {
  match: Matcher
  handle: TaskHandler
}

export interface ProcessorOptions {
  routes: readonly ErasedRoute[]
  doJob: DoJob
  deadLetters: DeadLetters
  metrics: Metrics
}

/** The way of a record: decode → match → handle, or to the dead letters. It never throws or rejects. */
export type Process = (record: SourceRecord, lease: Lease) => Outcome | Promise<Outcome>

export function createProcessor({ routes, doJob, deadLetters, metrics }: ProcessorOptions): Process {
  const queue = createKeyedQueue()
  return (record, lease) => {
    const refuse = (kind: FailureKind, error: unknown) =>
      deadLetters.send(record, { kind, error: describeError(error), attempts: 0 }, lease)
    metrics.received++
    let message: Message
    try {
      message = decodeMessage(record.value)
    } catch (error) {
      return refuse('undecodable', error)
    }
    let route: ErasedRoute | undefined
    try {
      route = routes.find(({ match }) => match(message, record))
    } catch (error) {
      return refuse('unmatchable', error)
    }
    if (!route) return 'done'
    const { handle } = route
    return queue.run(nvrppKey(message), () => doJob({ record, message, handle, lease }))
  }
}
