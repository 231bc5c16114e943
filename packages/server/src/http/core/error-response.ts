import { EprError, HTTP_STATUS, isRetryable } from '@epr/model'
import type { HttpResponse } from './route.js'

const RETRY_AFTER_S = 1

/** A body of which nothing comes any more: its client is to try again, and quicker (RFC 9110, section 15.5.9). */
export class SlowBodyError extends EprError {
  readonly httpStatus = 408
  constructor() {
    super('TIMEOUT', 'nothing more of the body has come for a while: send it again')
  }
}

/** There is more to do than the server holds: said by its answers, and not the log's concern one by one. */
export class OverloadError extends EprError {
  constructor(problem: string) {
    super('UNAVAILABLE', problem)
  }
}

/** An HTTP library's error that blames the client: an undecodable path, a broken compressed body. */
function isClientError(error: unknown): error is Error {
  const status = error instanceof Error && 'status' in error && error.status
  return typeof status === 'number' && status >= 400 && status < 500
}

/** Says any thrown thing as an EprError; what is not one is INTERNAL and masked. */
export function toEprError(error: unknown): EprError {
  if (error instanceof EprError) return error
  if (isClientError(error)) {
    const problem = `the request cannot be read: ${error.message}; check the encoding of its path and its body`
    return new EprError('INVALID_ARGUMENT', problem, { cause: error })
  }
  return new EprError('INTERNAL', 'internal server error', { cause: error })
}

/** Whether an operator should see it: our fault, or the database's. */
export function isServerFault(error: EprError): boolean {
  return statusOf(error) >= 500 && !(error instanceof OverloadError)
}

const statusOf = (error: EprError): number =>
  error instanceof SlowBodyError ? error.httpStatus : HTTP_STATUS[error.code]

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
    status: statusOf(error),
    headers: {
      'content-type': 'application/json',
      ...(isRetryable(code) && { 'retry-after': String(RETRY_AFTER_S) }),
      ...headers,
    },
    body: JSON.stringify({ errors: details, error: { code, message, details, request_id: requestId } }),
  }
}
