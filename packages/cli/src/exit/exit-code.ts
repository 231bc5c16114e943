import type { ErrorCode } from '@epr/model'

/** What scripts switch on. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  auth: 4,
  tryAgain: 5,
  gateFailed: 10,
  gateMissing: 11,
  gateTimedOut: 12,
  differs: 13,
  problemsFound: 14,
  /** `run --strict`: what programs that run others say of a failure of their own, as docker and timeout do. */
  notRecorded: 125,
} as const

const EXIT_CODES: Record<ErrorCode, number> = {
  INVALID_ARGUMENT: EXIT.usage,
  PAYLOAD_MISMATCH: EXIT.failed,
  UNAUTHENTICATED: EXIT.auth,
  PERMISSION_DENIED: EXIT.auth,
  NOT_FOUND: EXIT.notFound,
  METHOD_NOT_ALLOWED: EXIT.failed,
  ALREADY_EXISTS: EXIT.failed,
  GONE: EXIT.failed,
  PAYLOAD_TOO_LARGE: EXIT.failed,
  UNSUPPORTED_MEDIA_TYPE: EXIT.failed,
  RATE_LIMITED: EXIT.tryAgain,
  INTERNAL: EXIT.failed,
  UNAVAILABLE: EXIT.tryAgain,
  TIMEOUT: EXIT.tryAgain,
}

export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[code]
}
