/**
 * What went wrong, for a program: callers switch on it, never on the text.
 * The names are those of the gRPC status codes where one fits (google.rpc.Code).
 */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'PAYLOAD_MISMATCH'
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'METHOD_NOT_ALLOWED'
  | 'GONE'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'RATE_LIMITED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'TIMEOUT'

/** The codes after which the same call may succeed when it is made again later. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set(['RATE_LIMITED', 'UNAVAILABLE', 'TIMEOUT'])

/** Whether a call that failed with `code` is worth making again. */
export function isRetryable(code: ErrorCode): boolean {
  return RETRYABLE.has(code)
}

/** What an {@link EprError} says beside its code and message. */
export interface EprErrorOptions {
  /** Every single thing that is wrong, one sentence each; the message alone when absent. */
  details?: readonly string[]
  /** The error behind this one. Logged by servers, never sent to a client. */
  cause?: unknown
}

/** The one error type of EPR. `message` says what is wrong, where, and what to do, in one line. */
export class EprError extends Error {
  override readonly name: string = 'EprError'
  readonly code: ErrorCode
  /** Every single thing that is wrong, one sentence each; the message alone when there is only that. */
  readonly details: readonly string[]

  constructor(code: ErrorCode, message: string, options: EprErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? [message]
  }
}
