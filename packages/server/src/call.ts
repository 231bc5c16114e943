import type { Principal } from './access/principal.js'

/** Says of a creation that repeats of it must have the first one's result. */
export interface Once {
  /** What makes another call a repeat of this one, beside its principal. */
  scope: readonly string[]
  /** SHA-256 of what a repeat must have in common with the first: else it is refused. */
  digest: Buffer
  /** The digest by which a version before has kept the same call. */
  formerDigest?: Buffer
  /** What is said to one who is refused so. */
  conflict: string
}

/** What every use case is called with, beside its input. */
export interface Call {
  principal: Principal
  once?: Once | undefined
  /** Given by the client or made by the server; stands in the answer, in errors and in the log. */
  requestId: string
  /** The program that calls, as it calls itself. */
  userAgent?: string | undefined
}
