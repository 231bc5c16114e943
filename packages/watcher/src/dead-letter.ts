import type { SourceRecord } from './source-record.js'

/**
 * Why a record became a dead letter: `undecodable` is not a message of EPR, `unmatchable` made a matcher throw,
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

/**
 * A record that was put aside as it came, with the reason. Its value is null for an empty record, and for one that was too
 * large to be kept twice.
 */
export interface DeadLetter extends SourceRecord, Failure {
  /** The consumer group, or the name of the feed's watcher. */
  group: string
  /** When it was put aside, RFC 3339. */
  time: string
}

/** Takes dead letters in place of the source's own place for them. It resolves once the letter is safe. */
export type DeadLetterSink = (letter: DeadLetter) => Promise<void>
