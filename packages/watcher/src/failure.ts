/**
 * Why a record was put aside: `undecodable` is not a message of EPR, `unmatchable` made a matcher throw,
 * `handler-failed` has used up its attempts.
 */
export type FailureKind = 'undecodable' | 'unmatchable' | 'handler-failed'

/** What went wrong with a record. */
export interface Failure {
  kind: FailureKind
  /** Name and text of what was thrown, at most 2,000 characters. */
  error: string
  /** How often the handler was tried. */
  attempts: number
}
