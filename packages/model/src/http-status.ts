import type { ErrorCode } from './error.js'

/**
 * The one table between what went wrong and HTTP (RFC 9110, section 15): servers answer by it, clients read it
 * backwards where an answer says no code. Of two codes with one status the first counts then.
 */
export const HTTP_STATUS: Readonly<Record<ErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  PAYLOAD_MISMATCH: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  ALREADY_EXISTS: 409,
  GONE: 410,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  TIMEOUT: 504,
}

const CODES = Object.keys(HTTP_STATUS) as ErrorCode[]

/** What proxies say with statuses that are not ours: 408 Request Timeout, 502 Bad Gateway. */
const PROXY_CODES: Readonly<Record<number, ErrorCode>> = { 408: 'TIMEOUT', 502: 'UNAVAILABLE' }

/** The code that a failure's HTTP status alone stands for; of one that is not known, whose fault it is. */
export function codeOfStatus(status: number): ErrorCode {
  const known = CODES.find((code) => HTTP_STATUS[code] === status) ?? PROXY_CODES[status]
  return known ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT')
}
