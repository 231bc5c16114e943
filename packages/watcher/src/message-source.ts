import type { Client } from '@epr/client'
import type { DeadLetterSink } from './dead-letter.js'
import type { Log } from './log.js'
import type { SourceRecord } from './source-record.js'

/** `done`: never needed again. `abandoned`: it must come again. */
export type Outcome = 'done' | 'abandoned'

/** For how long a source may have records worked on: on Kafka until the group is rebalanced, at most. */
export interface Lease {
  /** Aborted: nothing new may be begun, also no further attempt. What runs may end. */
  readonly draining: AbortSignal
  /** Aborted: what runs is to end now, because somebody else may have the record already. */
  readonly revoked: AbortSignal
  /** Ends the lease, because a record could be neither handled nor kept as a dead letter. */
  fail(error: unknown): void
}

/** What a source reports while it runs. */
export interface SourceEvents {
  /** Whether it consumes. */
  ready(isReady: boolean): void
  /** The parts of the source are assigned anew. */
  rebalanced(): void
  /** The connection is built anew after a failure. */
  restarted(): void
  /** Messages behind the newest, in one part of the source. */
  lag(part: string, messages: number): void
  /** Of the feed: the last message that has come. */
  cursor?(cursor: string): void
  /** No part is this watcher's any more. */
  clearLag(): void
}

/** What a watcher hands to its source. */
export interface Delivery {
  /** Never throws or rejects. Order is kept for what belongs together, so a source calls it in its own order. */
  process(record: SourceRecord, lease: Lease): Outcome | Promise<Outcome>
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
  /** What its heartbeats call it. @default other */
  readonly kind?: string
  /** The registry that it reads, where its heartbeats go when nothing else is said. */
  registry?(): Promise<Client>
  /** Resolves after `delivery.stop`; rejects when it gives up. */
  run(delivery: Delivery): Promise<void>
  /** Keeps a dead letter when the watcher has no place of its own for them. */
  sendDeadLetter: DeadLetterSink
  /** Lets go of what {@link sendDeadLetter} holds. */
  close(): Promise<void>
}
