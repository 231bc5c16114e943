import { forwardAbort } from './forward-abort.js'
import { MAX_TIMER_MS } from './sleep.js'

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
