import { EprError, isRetryable } from '@epr/model'
import { ApiError, NetworkError } from '../errors.js'
import { type CallOptions, type Settings, toRetryForMs, toTimeoutMs } from '../options.js'
import { forwardAbort } from './forward-abort.js'
import { backoffMs } from './policy.js'
import { MAX_TIMER_MS, type Sleep, sleep } from './sleep.js'

/** A signal that is aborted when the time is up or the caller gives up, whichever is first. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Lets go of the timer and of the caller's signal. */
  end(): void
}

/** `AbortSignal.any` with `AbortSignal.timeout` would do this, but holds on to a long-lived signal for ever. */
export function startDeadline(
  timeoutMs: number,
  caller: AbortSignal | undefined,
  toReason: () => unknown,
): Deadline {
  const controller = new AbortController()
  const timer =
    timeoutMs <= MAX_TIMER_MS ? setTimeout(() => controller.abort(toReason()), timeoutMs) : undefined
  const letGo = forwardAbort(caller, controller)
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer)
      letGo()
    },
  }
}

export interface RetryCall extends CallOptions {
  /** Whether the call may be made again after this failure, asked each time: an answer may have taught something. */
  isSafe: (error: EprError) => boolean
}

/**
 * Makes a call again while that is safe and worth it: a number of times within one deadline, or for as long as `retryForMs`
 * says, with a deadline for each attempt.
 */
export interface Retry {
  run<T>(attempt: (signal: AbortSignal) => Promise<T>, call: RetryCall): Promise<T>
}

export interface RetryEnvironment {
  sleep: Sleep
  random: () => number
}

function isWorthIt(error: unknown): error is EprError {
  if (!(error instanceof EprError) || !isRetryable(error.code)) return false
  return !(error instanceof NetworkError && error.phase === 'tls')
}

/** Within which bounds a call is made again. */
interface Bounds {
  attempts: number
  /** For the call with all its repeats. */
  totalMs: number
  /** For one attempt. */
  attemptMs: number
  /** How long after its begin another attempt may begin. */
  againMs: number
}

export function createRetry(
  settings: Pick<Settings, 'retry' | 'retryForMs' | 'onRetry' | 'timeoutMs' | 'url'>,
  { sleep: wait, random }: RetryEnvironment = { sleep, random: Math.random },
): Retry {
  function toBounds(timeoutMs: number, retryForMs: number | undefined): Bounds {
    const attemptMs = toTimeoutMs(timeoutMs)
    const againMs = toRetryForMs(retryForMs)
    return againMs === undefined
      ? { attempts: settings.retry.attempts, totalMs: attemptMs, attemptMs, againMs: attemptMs }
      : { attempts: Number.POSITIVE_INFINITY, totalMs: againMs + attemptMs, attemptMs, againMs }
  }

  /** The pause before the next attempt; undefined when there is to be none. */
  function toPauseMs(attempts: number, error: EprError, bounds: Bounds, leftMs: number): number | undefined {
    if (attempts >= bounds.attempts || leftMs <= 0) return undefined
    const askedMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0
    // The server's wish counts on top of the jitter, so that all who were given the same second spread out.
    const pauseMs = askedMs + backoffMs(attempts, settings.retry, random)
    if (pauseMs < leftMs) return pauseMs
    // To wait longer than there is time would only hide why the call fails; who repeats for a time asks a last time at its end.
    return bounds.attempts === Number.POSITIVE_INFINITY && askedMs < leftMs ? leftMs : undefined
  }

  const timeoutOf = (timeoutMs: number, cause: unknown) =>
    new NetworkError('TIMEOUT', `no answer from ${settings.url} within ${timeoutMs} ms`, { cause })

  return {
    async run(attempt, call) {
      const { signal, timeoutMs = settings.timeoutMs, retryForMs = settings.retryForMs, isSafe } = call
      let last: unknown
      const startMs = performance.now()
      const bounds = toBounds(timeoutMs, retryForMs)
      const { totalMs, attemptMs } = bounds
      const deadline = startDeadline(totalMs, signal, () => timeoutOf(totalMs, last))
      try {
        for (let attempts = 1; ; attempts++) {
          deadline.signal.throwIfAborted()
          const one = startDeadline(attemptMs, deadline.signal, () => timeoutOf(attemptMs, last))
          try {
            return await attempt(one.signal)
          } catch (error) {
            if (deadline.signal.aborted || !isWorthIt(error) || !isSafe(error)) throw error
            const leftMs = bounds.againMs - (performance.now() - startMs)
            const pauseMs = toPauseMs(attempts, error, bounds, leftMs)
            if (pauseMs === undefined) throw error
            last = error
            settings.onRetry?.(error, pauseMs)
            await wait(pauseMs, deadline.signal)
          } finally {
            one.end()
          }
        }
      } finally {
        deadline.end()
      }
    },
  }
}
