import { inRange } from '../in-range.js'

/** How often and after which pauses something that failed is tried again. */
export interface RetryOptions {
  /** How often it is tried in all, 1 to 1_000. */
  attempts?: number | undefined
  /**
   * The longest pause before the second attempt, in milliseconds, 0 to 3_600_000; it doubles with each further one. Chance
   * takes up to half of it.
   */
  initialDelayMs?: number | undefined
  /** The longest pause of all, in milliseconds, 0 to 3_600_000; a server that asks for a longer one gets it. */
  maxDelayMs?: number | undefined
}

/** {@link RetryOptions} with everything said. */
export type RetryPolicy = Readonly<{ [Name in keyof RetryOptions]-?: number }>

const MAX_DELAY_MS = 3_600_000
/** Beyond any bound already; without it 2 ** 1024 is Infinity, and 0 times that is NaN. */
const MAX_DOUBLINGS = 30

/** @throws EprError INVALID_ARGUMENT for what is out of range */
export function toRetryPolicy(options: RetryOptions = {}, defaults: RetryPolicy): RetryPolicy {
  const { attempts, initialDelayMs, maxDelayMs } = defaults
  return {
    attempts: inRange('retry.attempts', options.attempts ?? attempts, 1, 1_000),
    initialDelayMs: inRange(
      'retry.initialDelayMs',
      options.initialDelayMs ?? initialDelayMs,
      0,
      MAX_DELAY_MS,
    ),
    maxDelayMs: inRange('retry.maxDelayMs', options.maxDelayMs ?? maxDelayMs, 0, MAX_DELAY_MS),
  }
}

/**
 * The pause after a failure, in milliseconds: between half and the whole of a bound that doubles, because those who failed
 * together must not come back together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 *
 * @param failures how many there have been, from 1
 * @param random gives a number from 0 to below 1
 */
export function backoffMs(
  failures: number,
  { initialDelayMs, maxDelayMs }: Omit<RetryPolicy, 'attempts'>,
  random: () => number = Math.random,
): number {
  const whole = Math.min(maxDelayMs, initialDelayMs * 2 ** Math.min(failures - 1, MAX_DOUBLINGS))
  return whole * (0.5 + random() / 2)
}
