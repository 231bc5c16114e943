import { EprError, type EprErrorOptions, type ErrorCode, type GateStatus } from '@epr/model'

export interface ApiErrorOptions extends EprErrorOptions {
  status: number
  requestId?: string | undefined
  retryAfterMs?: number | undefined
  oauthCode?: string | undefined
}

/** The server has answered, and refuses. `code` is the server's, or read from the HTTP status. */
export class ApiError extends EprError {
  override readonly name = 'ApiError'
  /** The HTTP status; 200 for errors of GraphQL. */
  readonly status: number
  /** What the server's log calls this request by. */
  readonly requestId: string | undefined
  /** How long the server asks to wait before the call is made again, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** The code of OAuth (RFC 6749, section 5.2) of those calls that are OAuth's: `authorization_pending`. */
  readonly oauthCode: string | undefined

  constructor(code: ErrorCode, message: string, options: ApiErrorOptions) {
    super(code, message, options)
    this.status = options.status
    this.requestId = options.requestId
    this.retryAfterMs = options.retryAfterMs
    this.oauthCode = options.oauthCode
  }
}

/**
 * How far a call came that got no answer: `connect`, there was no connection, so nothing was sent; `tls`, the two did not agree
 * on one that can be trusted, so nothing was sent, and waiting heals nothing; `exchange`, the server may have got it.
 */
export type NetworkPhase = 'connect' | 'tls' | 'exchange'

/** There was no answer: UNAVAILABLE when the server was not reached or cut the answer, TIMEOUT when it took too long. */
export class NetworkError extends EprError {
  override readonly name = 'NetworkError'
  readonly phase: NetworkPhase

  constructor(
    code: 'UNAVAILABLE' | 'TIMEOUT',
    message: string,
    { phase = 'exchange', ...options }: EprErrorOptions & { phase?: NetworkPhase } = {},
  ) {
    super(code, message, options)
    this.phase = phase
  }
}

/** A gate was still closed when the time for it was up. Its code is TIMEOUT; no answer at all is a {@link NetworkError}. */
export class GateTimeoutError extends EprError {
  override readonly name = 'GateTimeoutError'
  /** What the server said last; undefined when the time was up before its first answer. */
  readonly status: GateStatus | undefined

  constructor(
    message: string,
    { status, ...options }: EprErrorOptions & { status?: GateStatus | undefined },
  ) {
    super('TIMEOUT', message, options)
    this.status = status
  }
}

/** The server has answered with what is not an answer of EPR: another service at this URL, a proxy's page, a bug. */
export class ResponseError extends EprError {
  override readonly name = 'ResponseError'
  /** The HTTP status. */
  readonly status: number
  /** What the server's log calls this request by, when it was ours. */
  readonly requestId: string | undefined

  constructor(message: string, options: ApiErrorOptions) {
    super('INTERNAL', message, options)
    this.status = options.status
    this.requestId = options.requestId
  }
}
