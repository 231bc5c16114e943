import { EprError, type ErrorCode, isRetryable } from '@epr/model'
import type { RestResponse } from './request.js'

/** The one table between what went wrong and HTTP (RFC 9110, section 15). */
const STATUS: Record<ErrorCode, number> = {
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

const RETRY_AFTER_S = 1

/** The `type`s of body-parser's errors, which are what Express's body reader throws. */
const BODY_ERRORS: Record<string, [ErrorCode, string]> = {
  'entity.too.large': ['PAYLOAD_TOO_LARGE', 'the body is larger than this server accepts (--max-body-bytes)'],
  'encoding.unsupported': [
    'UNSUPPORTED_MEDIA_TYPE',
    'this content-encoding is not supported: send gzip, deflate, br or none',
  ],
  'request.aborted': ['INVALID_ARGUMENT', 'the body ended before its announced length'],
  'request.size.invalid': ['INVALID_ARGUMENT', 'the body has another length than announced'],
}

/** An HTTP library's error that blames the client: an undecodable path, a broken compressed body. */
function isClientError(error: unknown): boolean {
  const status = (error as { status?: unknown } | null)?.status
  return typeof status === 'number' && status >= 400 && status < 500
}

/** Says any thrown thing as an EprError; what is not one, and no body reader's, is INTERNAL and masked. */
export function toEprError(error: unknown): EprError {
  if (error instanceof EprError) return error
  const known = BODY_ERRORS[(error as { type?: string } | null)?.type ?? '']
  if (known) return new EprError(known[0], known[1], { cause: error })
  if (isClientError(error))
    return new EprError('INVALID_ARGUMENT', 'the request cannot be read', { cause: error })
  return new EprError('INTERNAL', 'internal server error', { cause: error })
}

/** Whether an operator should see it: our fault, or the database's. */
export function isServerFault({ code }: EprError): boolean {
  return STATUS[code] >= 500
}

/** `{"errors":[…]}` as the contract has it, with the same for programs beside it. */
export function toErrorResponse(
  error: EprError,
  requestId: string,
  headers: Record<string, string> = {},
): RestResponse {
  const { code } = error
  const message = code === 'INTERNAL' ? 'internal server error' : error.message
  const details = code === 'INTERNAL' ? [message] : error.details
  return {
    status: STATUS[code],
    headers: {
      'content-type': 'application/json',
      ...(isRetryable(code) && { 'retry-after': String(RETRY_AFTER_S) }),
      ...headers,
    },
    body: JSON.stringify({ errors: details, error: { code, message, details, request_id: requestId } }),
  }
}
