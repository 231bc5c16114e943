import { EprError, type EprErrorOptions, type ErrorCode, shorten } from '@epr/model'

/** Thrown by a handler for a message that no further attempt will help: it goes to the dead letters at once. */
export class NotRetryableError extends EprError {
  override readonly name = 'NotRetryableError'
  constructor(message: string, options: { cause?: unknown } = {}) {
    super('INVALID_ARGUMENT', message, options)
  }
}

/** Thrown by a handler whose service asks to be left alone for a while: the next attempt is made that much later. */
export class RetryLaterError extends EprError {
  override readonly name = 'RetryLaterError'
  /** In milliseconds, as {@link retryAfterMs} reads it from `Retry-After`. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    { retryAfterMs, ...options }: EprErrorOptions & { retryAfterMs?: number | undefined } = {},
  ) {
    super(code, message, options)
    this.retryAfterMs = retryAfterMs
  }
}

/** No service may hold a message for longer, in milliseconds. */
const MAX_RETRY_AFTER_MS = 3_600_000

/** What an error asks to wait before the next attempt, in milliseconds: a RetryLaterError, or an ApiError of the client. */
export function retryAfterOf(error: unknown): number {
  if (!(error instanceof EprError) || !('retryAfterMs' in error)) return 0
  const { retryAfterMs } = error
  return typeof retryAfterMs === 'number' ? Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) : 0
}

/** Why a watcher ended by itself: `run()` rejects with it. */
export class WatcherError extends EprError {
  override readonly name = 'WatcherError'
}

const MAX_REASON_CHARS = 2_000
const MAX_CAUSES = 3

/** What is behind an error that does not say it itself: `fetch failed` has ECONNREFUSED as its cause. */
function toReason(error: unknown, depth: number): string {
  if (!(error instanceof Error)) return String(error)
  const { name, message, cause } = error
  const { code } = error as { code?: unknown }
  const text = message || (typeof code === 'string' ? code : '')
  const own = depth === 0 || text === '' ? [name, text].filter(Boolean).join(': ') : text
  if (cause === undefined || depth === MAX_CAUSES) return own
  const why = toReason(cause, depth + 1)
  return own.includes(why) ? own : `${own}: ${why}`
}

/** Whatever was thrown, in words. Strangers throw anything, also what cannot be turned into text. */
export function describeError(error: unknown): string {
  try {
    // An EprError says all of it in its message.
    const text = error instanceof EprError ? `${error.name}: ${error.message}` : toReason(error, 0)
    return shorten(text, MAX_REASON_CHARS)
  } catch {
    return 'an error that cannot be described'
  }
}
