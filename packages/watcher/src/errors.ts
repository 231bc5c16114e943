import { EprError } from '@epr/model'

/** Thrown by a handler for a message that no further attempt will help: it goes to the dead letters at once. */
export class NotRetryableError extends EprError {
  override readonly name = 'NotRetryableError'
  constructor(message: string, options: { cause?: unknown } = {}) {
    super('INVALID_ARGUMENT', message, options)
  }
}

/** Why a watcher ended by itself: `run()` rejects with it. */
export class WatcherError extends EprError {
  override readonly name = 'WatcherError'
}

const MAX_REASON_CHARS = 2_000

/** Whatever was thrown, in words. Strangers throw anything, also what cannot be turned into text. */
export function describeError(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return text.length > MAX_REASON_CHARS ? `${text.slice(0, MAX_REASON_CHARS)}…` : text
  } catch {
    return 'an error that cannot be described'
  }
}
