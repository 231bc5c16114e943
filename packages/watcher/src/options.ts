import type { RetryOptions } from '@epr/client'
import { EprError, type Message } from '@epr/model'
import type { DeadLetterSink } from './dead-letter.js'
import type { HeartbeatOptions } from './heartbeat.js'
import type { HttpEndpointOptions } from './http-endpoint.js'
import type { Log } from './log.js'
import type { Guard, Matcher } from './matcher.js'
import type { MessageSource } from './message-source.js'
import type { Dedupe } from './processing/job.js'
import type { ErasedRoute } from './processing/processor.js'
import type { TaskHandler } from './processing/task-handler.js'

/** A handler and the messages that it is for. */
export interface Route<M extends Message = Message> {
  /** Asked for every message. What it throws makes the record a dead letter, `unmatchable`. */
  match: Guard<M> | Matcher
  /** Called for those that match: one at a time for one NVRPP, in their order. */
  handle: TaskHandler<M>
}

export interface CommonOptions {
  /** Where messages come from. */
  source: MessageSource
  /** How many attempts run at once, over everything; those of one NVRPP never do. 1 to 10_000. @default 8 */
  concurrency?: number
  /**
   * The deadline of one attempt, in milliseconds. Then `context.signal` is aborted, and the attempt has failed. On
   * Kafka, the group waits at a rebalance for a little longer than this. From 1 to 600_000. @default 60_000
   */
  timeoutMs?: number
  /**
   * How often and after which pauses a failed attempt is made again.
   * @default {attempts: 5, initialDelayMs: 200, maxDelayMs: 30_000}
   */
  retry?: RetryOptions
  /** Takes the dead letters. @default the source's own place: a topic, or a file beside the cursor */
  deadLetter?: DeadLetterSink
  /** Skips messages that it knows, for handlers that must not do a thing twice. @default none */
  dedupe?: Dedupe
  /**
   * How many milliseconds running attempts may go on after `stop()` before they are aborted. From 0 to 600_000.
   * @default 10_000
   */
  stopGraceMs?: number
  /**
   * How many milliseconds nothing may have worked before `run()` rejects with UNAVAILABLE. From 0, `Infinity` for never.
   * @default 300_000
   */
  giveUpAfterMs?: number
  /** `stop()` at SIGINT and SIGTERM. @default false */
  handleSignals?: boolean
  /** Serves `/metrics`, `/healthz/liveness` and `/healthz/readiness`. @default not at all */
  http?: HttpEndpointOptions
  /**
   * Says to the registry every ten seconds how it is, for `GET /watchers`; false for not at all, as does the environment's
   * `EPR_WATCHER_HEARTBEAT=off`. @default to the registry whose feed it reads; on Kafka not at all without a `url`
   */
  heartbeat?: HeartbeatOptions | false
  /** Where it says what it does. @default info and above as lines on stderr */
  log?: Log
}

/** One handler, or several routes of which the first that matches has the message. */
export type WatcherOptions<M extends Message = Message> = CommonOptions &
  (Route<M> | { routes: readonly ErasedRoute[] })

/**
 * A route for `routes`, whose handler knows what its matcher has made sure of: when the matcher has said yes, the
 * message is what the handler takes.
 */
export function route<M extends Message = Message>({ match, handle }: Route<M>): ErasedRoute {
  return { match: match as Matcher, handle: handle as unknown as TaskHandler }
}

const MAX_TIMEOUT_MS = 600_000

/** @throws EprError INVALID_ARGUMENT for a value out of range, also for NaN */
export function assertRange(name: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || (value >= min && value <= max)) return
  throw new EprError('INVALID_ARGUMENT', `${name} must be from ${min} to ${max}`)
}

export function assertOptions(options: CommonOptions): void {
  const { concurrency, timeoutMs, stopGraceMs, giveUpAfterMs } = options
  assertRange('concurrency', concurrency, 1, 10_000)
  assertRange('timeoutMs', timeoutMs, 1, MAX_TIMEOUT_MS)
  assertRange('stopGraceMs', stopGraceMs, 0, MAX_TIMEOUT_MS)
  assertRange('giveUpAfterMs', giveUpAfterMs, 0, Number.POSITIVE_INFINITY)
}
