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

/** What pg and the socket below it say without a SQLSTATE when the connection is gone. */
const DISCONNECTED =
  /connection terminated|client has encountered a connection error|connection error and is not queryable|timeout exceeded when trying to connect|^connection ended|client was closed/i
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

function isDisconnect(error: Error): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return (code !== undefined && SOCKET_CODES.has(code)) || DISCONNECTED.test(error.message)
}

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
