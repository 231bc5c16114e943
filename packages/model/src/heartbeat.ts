import * as z from 'zod'

/** What a heartbeat may hold, so that a table of all watchers stays small. */
export const HEARTBEAT_LIMITS = {
  nameChars: 255,
  textChars: 500,
  deadLetters: 20,
} as const

const { nameChars, textChars } = HEARTBEAT_LIMITS

const count = z.int().min(0)
const shortText = (chars: number) => z.string().max(chars)

/** A record that a watcher has put aside, without the record. */
export const deadLetterReasonSchema = z.strictObject({
  /** When it was put aside, RFC 3339. */
  time: shortText(40),
  /** `undecodable`, `unmatchable` or `handler-failed`. */
  kind: shortText(40),
  error: shortText(textChars),
  /** Of the record: the `ce_id` of its message, where it has one. */
  id: shortText(textChars),
})
/** What {@link deadLetterReasonSchema} describes. */
export type DeadLetterReason = z.infer<typeof deadLetterReasonSchema>

/** What a watcher says of itself every ten seconds. */
export const heartbeatSchema = z.strictObject({
  /** Of @epr/watcher. */
  version: shortText(40),
  /** Where it reads: `feed`, `kafka`, or what another source calls itself. */
  source: shortText(40),
  /** Whether it consumes. */
  ready: z.boolean(),
  /** When it was started, RFC 3339. */
  started_at: shortText(40),
  /** Messages behind the newest; null where it does not know, as on the feed, where the server does. */
  lag: count.nullable(),
  /** On the feed, the cursor of the last message that has come. */
  cursor: shortText(40).nullable(),
  /** Messages that a handler has done since it was started. */
  processed: count,
  /** Attempts that failed. */
  failed: count,
  /** Records that were put aside. */
  dead_lettered: count,
  /** Why the last of those were, newest first. */
  dead_letters: z.array(deadLetterReasonSchema).max(HEARTBEAT_LIMITS.deadLetters),
})
/** What {@link heartbeatSchema} describes. */
export type Heartbeat = z.infer<typeof heartbeatSchema>

/** The name of a watcher, and which of those of its name it is. */
export const watcherNameSchema = z
  .string()
  .min(1, 'must not be blank')
  .max(nameChars, `must have at most ${nameChars} characters`)

/** A watcher, as it was when its last heartbeat came. */
export const watcherSchema = heartbeatSchema.extend({
  name: z.string(),
  instance: z.string(),
  /** When its last heartbeat came. */
  seen_at: z.string(),
  /** The same, when that is more than a minute ago; null while it is heard. */
  silent_since: z.string().nullable(),
})
/** What {@link watcherSchema} describes. */
export type WatcherState = z.infer<typeof watcherSchema>
