import type { Failure } from './failure.js'
import type { HeaderValue, Origin, SourceRecord } from './message-source.js'

/** A record that was put aside, with the reason and where it came from. */
export interface DeadLetter extends Failure {
  /** `context.id` of the message. */
  id: string
  origin: Origin
  /** The consumer group, or the name of the feed's watcher. */
  group: string
  /** When it was put aside, RFC 3339. */
  time: string
  key?: Uint8Array | null | undefined
  headers?: Readonly<Record<string, HeaderValue>> | undefined
  /** As it came. Null for an empty record, and for one that was too large to be kept twice. */
  value: Uint8Array | string | null
}

/** Takes dead letters in place of the source's own place for them. It resolves once the letter is safe. */
export type DeadLetterSink = (letter: DeadLetter) => Promise<void>

export function toDeadLetter(record: SourceRecord, failure: Failure, group: string): DeadLetter {
  return { ...record, ...failure, group, time: new Date().toISOString() }
}
