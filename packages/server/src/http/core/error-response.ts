import { EprError, type ErrorCode, HTTP_STATUS, isRetryable } from '@epr/model'
import type { HttpResponse } from './route.js'

const RETRY_AFTER_S = 1

/** The `type`s of body-parser's errors, which are what Express's body reader throws. */
const BODY_ERRORS: Record<string, [ErrorCode, string]> = {
  'entity.too.large': ['PAYLOAD_TOO_LARGE', 'the body is larger than this server accepts (--max-body-bytes)'],
  'request.aborted': ['INVALID_ARGUMENT', 'the body ended before its announced length'],
  'request.size.invalid': ['INVALID_ARGUMENT', 'the body has another length than announced'],
}

/** An HTTP library's error that blames the client: an undecodable path, a broken compressed body. */
function isClientError(error: unknown): error is Error {
  const status = error instanceof Error && 'status' in error && error.status
  return typeof status === 'number' && status >= 400 && status < 500
}

/** Says any thrown thing as an EprError; what is not one, and no body reader's, is INTERNAL and masked. */
export function toEprError(error: unknown): EprError {
  if (error instanceof EprError) return error
  const known = BODY_ERRORS[(error as { type?: string } | null)?.type ?? '']
  if (known) return new EprError(known[0], known[1], { cause: error })
  if (isClientError(error)) {
    const problem = `the request cannot be read: ${error.message}; check the encoding of its path and its body`
    return new EprError('INVALID_ARGUMENT', problem, { cause: error })
  }
  return new EprError('INTERNAL', 'internal server error', { cause: error })
}

/** Whether an operator should see it: our fault, or the database's. */
export function isServerFault({ code }: EprError): boolean {
  return HTTP_STATUS[code] >= 500
}

/** `{"errors":[…]}` as the original has it, with the same for programs beside it (docs/reference/errors.md). */
export function toErrorResponse(
  error: EprError,
  requestId: string,
  headers: Record<string, string> = {},
): HttpResponse & { body: string } {
  const { code } = error
  const message = code === 'INTERNAL' ? 'internal server error' : error.message
  const details = code === 'INTERNAL' ? [message] : error.details
  return {
    status: HTTP_STATUS[code],
    headers: {
      'content-type': 'application/json',
      ...(isRetryable(code) && { 'retry-after': String(RETRY_AFTER_S) }),
      ...headers,
    },
    body: JSON.stringify({ errors: details, error: { code, message, details, request_id: requestId } }),
  }
}
