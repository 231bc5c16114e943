import type { Failure } from './failure.js'
import type { Log } from './log.js'

/** Where a record stood: in a partition of a topic, or in the feed. */
export type Origin =
  | { topic: string; partition: number; offset: string; time: string }
  | { feed: string; cursor: string; time: string }

/** What a source delivers, as it came: it may be anything. */
export interface SourceRecord {
  /** The same on every delivery of the same message: `ce_id`, or else the place. */
  id: string
  value: Uint8Array | string | null
  key?: Uint8Array | null | undefined
  headers?: Readonly<Record<string, HeaderValue>> | undefined
  origin: Origin
}
export type HeaderValue = Uint8Array | string | (Uint8Array | string)[] | undefined

/** `done`: never needed again. `abandoned`: it must come again. */
export type Outcome = 'done' | 'abandoned'

/** For how long a source may have records worked on: a session with its broker, at most. */
export interface Turn {
  /** Aborted: nothing new may be begun, also no further attempt. What runs may end. */
  readonly over: AbortSignal
  /** Aborted: what runs is to end now, because somebody else may have the record already. */
  readonly abort: AbortSignal
  /** Ends the turn, because a record could be neither handled nor put aside. */
  fail(error: unknown): void
}

/** What a source tells while it runs. */
export interface SourceEvents {
  /** Whether it consumes. */
  ready(isReady: boolean): void
  /** The parts of the source are dealt out anew. */
  rebalanced(): void
  /** The connection is built anew after a failure. */
  restarted(): void
  /** Messages behind the newest, in one part of the source. */
  lag(part: string, messages: number): void
  /** No part is this watcher's any more. */
  clearLag(): void
}

/** What a watcher hands to its source. */
export interface Delivery {
  /** Never throws or rejects. Order is kept for what belongs together, so a source calls it in its own order. */
  accept(record: SourceRecord, turn: Turn): Outcome | Promise<Outcome>
  /** Aborted when the watcher is to stop: finish, commit, leave, return. */
  readonly stop: AbortSignal
  /** Aborted a while after `stop`: what still runs must end. */
  readonly abort: AbortSignal
  /** Where a replay starts: a cursor or a moment (RFC 3339). */
  readonly from?: string | undefined
  /** How long one attempt may take, at most, in milliseconds. */
  readonly attemptMs: number
  /** How long nothing may have worked before `run` rejects with UNAVAILABLE. */
  readonly giveUpAfterMs: number
  readonly events: SourceEvents
  readonly log: Log
}

/** Where messages come from: `feedSource`, `kafkaSource`, or one of your own. */
export interface MessageSource {
  /** Stands in dead letters as their `group`. */
  readonly name: string
  /** Resolves after `delivery.stop`; rejects when it gives up. */
  run(delivery: Delivery): Promise<void>
  /** Resolves once the dead letter is safe. */
  sendDeadLetter(record: SourceRecord, failure: Failure): Promise<void>
  /** Lets go of what {@link sendDeadLetter} holds. */
  close(): Promise<void>
}
