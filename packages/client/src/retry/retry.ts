import { EprError, isRetryable } from '@epr/model'
import { ApiError, NetworkError } from '../errors.js'
import { type CallOptions, type Settings, toTimeoutMs } from '../options.js'
import { forwardAbort } from './forward-abort.js'
import { backoffMs } from './policy.js'
import { MAX_TIMER_MS, type Sleep, sleep } from './sleep.js'

/** A signal that is aborted when the time is up or the caller gives up, whichever is first. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Milliseconds that are left; may be `Infinity`. */
  remainingMs(): number
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
  const start = performance.now()
  const timer =
    timeoutMs <= MAX_TIMER_MS ? setTimeout(() => controller.abort(toReason()), timeoutMs) : undefined
  const letGo = forwardAbort(caller, controller)
  return {
    signal: controller.signal,
    remainingMs: () => timeoutMs - (performance.now() - start),
    end() {
      clearTimeout(timer)
      letGo()
    },
  }
}

export interface RetryCall extends CallOptions {
  /** Whether the call may be made again, asked after each failure: an answer may have taught something. */
  isSafe: () => boolean
}

/** Makes a call again while that is safe and worth it, within one deadline. */
export interface Retry {
  run<T>(attempt: (signal: AbortSignal) => Promise<T>, call: RetryCall): Promise<T>
}

export interface RetryEnvironment {
  sleep: Sleep
  random: () => number
}

function isWorthIt(error: unknown): error is EprError {
  return error instanceof EprError && isRetryable(error.code)
}

export function createRetry(
  settings: Pick<Settings, 'retry' | 'timeoutMs' | 'url'>,
  { sleep: wait, random }: RetryEnvironment = { sleep, random: Math.random },
): Retry {
  /** The server's wish counts on top of the jitter, so that all who were given the same second spread out. */
  function delayMs(attempt: number, error: EprError): number {
    const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0
    return asked + backoffMs(attempt, settings.retry, random)
  }

  return {
    async run(attempt, { signal, timeoutMs = settings.timeoutMs, isSafe }) {
      let last: unknown
      const deadline = startDeadline(
        toTimeoutMs(timeoutMs),
        signal,
        () =>
          new NetworkError('TIMEOUT', `no answer from ${settings.url} within ${timeoutMs} ms`, {
            cause: last,
          }),
      )
      try {
        for (let attempts = 1; ; attempts++) {
          deadline.signal.throwIfAborted()
          try {
            return await attempt(deadline.signal)
          } catch (error) {
            if (deadline.signal.aborted || attempts >= settings.retry.attempts) throw error
            if (!isWorthIt(error) || !isSafe()) throw error
            last = error
            const delay = delayMs(attempts, error)
            // To wait longer than there is time would only hide why the call fails.
            if (delay >= deadline.remainingMs()) throw error
            await wait(delay, deadline.signal)
          }
        }
      } finally {
        deadline.end()
      }
    },
  }
}
