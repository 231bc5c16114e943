import type { Signal } from '../http/http.js'

/** A signal that is aborted when the time is up or the caller gives up, whichever is first. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Milliseconds that are left; may be `Infinity`. */
  remainingMs(): number
  /** Lets go of the timer and of the caller's signal. */
  end(): void
}

/** The longest delay that `setTimeout` knows. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** `AbortSignal.any` with `AbortSignal.timeout` would do this, but holds on to a long-lived signal for ever. */
export function startDeadline(timeoutMs: number, caller: Signal, toReason: () => unknown): Deadline {
  const controller = new AbortController()
  const start = performance.now()
  const giveUp = () => controller.abort(caller?.reason)
  const timer =
    timeoutMs <= MAX_TIMER_MS ? setTimeout(() => controller.abort(toReason()), timeoutMs) : undefined
  if (caller?.aborted) giveUp()
  else caller?.addEventListener('abort', giveUp)
  return {
    signal: controller.signal,
    remainingMs: () => timeoutMs - (performance.now() - start),
    end() {
      clearTimeout(timer)
      caller?.removeEventListener('abort', giveUp)
    },
  }
}
