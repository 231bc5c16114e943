/** How often and after which pauses a failed attempt is made again. */
export interface RetryOptions {
  /** How often a message is tried in all, 1 to 1_000. @default 5 */
  attempts?: number
  /** Pause before the second attempt, in milliseconds, 0 to 3_600_000; each further one doubles. @default 200 */
  initialDelayMs?: number
  /** The longest pause, in milliseconds, 0 to 3_600_000. @default 30_000 */
  maxDelayMs?: number
}

export type RetryPolicy = Readonly<Required<RetryOptions>>

export function toRetryPolicy({ attempts, initialDelayMs, maxDelayMs }: RetryOptions = {}): RetryPolicy {
  return {
    attempts: attempts ?? 5,
    initialDelayMs: initialDelayMs ?? 200,
    maxDelayMs: maxDelayMs ?? 30_000,
  }
}

/**
 * The pause after a failure, doubled each time and between half and the whole of that by chance, so that many
 * that failed together do not come back together.
 *
 * @param failures how many there have been, from 1
 */
export function backoffMs(
  failures: number,
  { initialDelayMs, maxDelayMs }: Omit<RetryPolicy, 'attempts'>,
  random = Math.random,
): number {
  const full = Math.min(maxDelayMs, initialDelayMs * 2 ** Math.min(failures - 1, 30))
  return full * (0.5 + random() / 2)
}
