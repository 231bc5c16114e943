/**
 * Why a record was put aside: `undecodable` is not a message of EPR, `unmatchable` made a matcher throw,
 * `handler-failed` has used up its attempts.
 */
export type FailureKind = 'undecodable' | 'unmatchable' | 'handler-failed'

export interface Failure {
  kind: FailureKind
  error: string
  /** How often the handler was tried. */
  attempts: number
}
