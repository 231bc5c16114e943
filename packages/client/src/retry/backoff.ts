import type { Settings } from '../options.js'

/** Beyond any bound already; without it 2 ** 1024 is Infinity, and 0 times that is NaN. */
const MAX_DOUBLINGS = 30

/**
 * How long to wait before attempt `attempt + 1`, in milliseconds: full jitter, because callers that failed
 * together must not come back together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 *
 * @param random gives a number from 0 to below 1
 */
export function backoffMs(
  attempt: number,
  { minDelayMs, maxDelayMs }: Omit<Settings['retry'], 'retries'>,
  random: () => number,
): number {
  return random() * Math.min(maxDelayMs, minDelayMs * 2 ** Math.min(attempt - 1, MAX_DOUBLINGS))
}
