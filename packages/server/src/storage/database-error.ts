import { EprError } from '@epr/model'
import { DatabaseError } from 'pg'

/** SQLSTATE classes and codes after which the same statement may succeed later (manual, appendix A). */
const UNAVAILABLE = /^(08...|53...|57P..|58...|25006|40001|40P01)$/
const TIMEOUT = /^(57014|55P03)$/
/** Data exceptions, and limits (nesting too deep to parse). */
const REFUSED = /^(22...|54...)$/
/** In our words: PostgreSQL's speak of its tables and types, and are for whoever runs it. */
const CANNOT_HOLD =
  'the database cannot hold one of the values: a text has an escape of half a surrogate pair, or a value is too large or nested too deep'
/** A reference to a row that is not there. */
const DANGLING = '23503'
/** The connection is ended by PostgreSQL, in whose last words there is nothing on what was under way (class 57, operator intervention). */
const ENDED = /^57P0[1245]$/

/** What pg and the socket below it say without a SQLSTATE when the connection is gone. */
const DISCONNECTED =
  /connection terminated|client has encountered a connection error|connection error and is not queryable|timeout exceeded when trying to connect|^timeout expired|^connection ended|client was closed/i
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/** Whether an error of the driver means that its connection is gone. */
export function isDisconnect(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof EprError) return false
  if (error instanceof DatabaseError) return ENDED.test(error.code ?? '')
  const code = (error as NodeJS.ErrnoException).code
  return (code !== undefined && SOCKET_CODES.has(code)) || DISCONNECTED.test(error.message)
}

export interface LostAnswer {
  /** The process of PostgreSQL that had the statement; 0 when there was none yet. */
  backend: number
  /** Whether the answer did not come in time, rather than the connection having ended. */
  isLate: boolean
  cause: Error
}

/** The connection went away with a statement on it: what it writes may be committed, or will be. */
export class LostAnswerError extends EprError {
  readonly backend: number
  readonly isLate: boolean

  constructor({ backend, isLate, cause }: LostAnswer) {
    super('UNAVAILABLE', 'the database cannot be reached: try again', { cause })
    this.backend = backend
    this.isLate = isLate
  }
}

/** Whether an error says something of the database, and not of what it was asked. */
export const isOutage = (error: unknown): boolean =>
  error instanceof EprError && (error.code === 'UNAVAILABLE' || error.code === 'TIMEOUT')

/** Says what an error of the driver means: the database is away, too slow, or something that is our fault. */
export function fromDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof EprError) return error
  const state = error instanceof DatabaseError ? error.code : undefined
  if (state !== undefined && TIMEOUT.test(state)) {
    return new EprError('TIMEOUT', 'the database took too long to answer: narrow the search or try again', {
      cause: error,
    })
  }
  if (state !== undefined && REFUSED.test(state)) {
    return new EprError('INVALID_ARGUMENT', CANNOT_HOLD, { cause: error })
  }
  if (state === DANGLING) {
    return new EprError('INVALID_ARGUMENT', 'an event receiver that is named does not exist', {
      cause: error,
    })
  }
  if (state !== undefined ? UNAVAILABLE.test(state) : isDisconnect(error)) {
    return new EprError('UNAVAILABLE', 'the database cannot be reached: try again', { cause: error })
  }
  return error
}
