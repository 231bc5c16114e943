import type { Actor, GateChange } from '@epr/model'

/** Where a record stood: in a partition of a topic, or in the feed. */
export type Origin =
  | { topic: string; partition: number; offset: string; time: string }
  | { feed: string; cursor: string; time: string }

export type HeaderValue = Uint8Array | string | (Uint8Array | string)[] | undefined

/** What a source delivers, as it came: it may be anything. */
export interface SourceRecord {
  /** The same on every delivery of the same message: `ce_id`, or else the place. */
  id: string
  /** Of the completion of a group: whether its gate has opened with it, where the server says so. */
  gate?: GateChange | undefined
  /** Who did what it is about, where the server says so. */
  actor?: Actor | null | undefined
  value: Uint8Array | string | null
  key?: Uint8Array | null | undefined
  headers?: Readonly<Record<string, HeaderValue>> | undefined
  origin: Origin
}
