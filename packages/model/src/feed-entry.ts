import * as z from 'zod'
import { actorSchema } from './actor.js'
import { messageSchema } from './message.js'

/**
 * What a message says of a gate that it is about: it has `opened` with this event, or was open already and the message is
 * `repeated` for a later success.
 */
export const gateChangeSchema = z.enum(['opened', 'repeated'])
/** What {@link gateChangeSchema} describes. */
export type GateChange = z.infer<typeof gateChangeSchema>

const MAX_CURSOR = 2n ** 63n - 1n

/**
 * Whether a text is a cursor of the feed: a whole number in decimal digits, from 0 to 2^63 - 1. It is a text wherever it
 * goes, because a JavaScript number is not exact beyond 2^53.
 */
export function isCursor(text: string): boolean {
  return /^\d{1,19}$/.test(text) && BigInt(text) <= MAX_CURSOR
}

/** Where a message stands in the feed: in an entry of a page, and in the comment before each message of the stream. */
export const feedPlaceSchema = z.object({
  /** What to pass as `after` to go on behind this message. */
  cursor: z.string().min(1),
  /** When it was published, RFC 3339. */
  time: z.string(),
  /** Unique for each message and the same whenever it is sent again: what to recognise repeats by. */
  ce_id: z.string().optional(),
  /** Of the completion of a group: whether its gate has opened with it. Absent for all other messages. */
  gate: gateChangeSchema.optional(),
  /**
   * Who recorded the event, of a completion the one that completed it, or who created or switched what it is about. Null
   * when nobody was asked; absent from a server of the version before.
   */
  actor: actorSchema.nullish(),
})
/** What {@link feedPlaceSchema} describes. */
export type FeedPlace = z.infer<typeof feedPlaceSchema>

/** A message at its place in the feed. */
export const feedEntrySchema = feedPlaceSchema.extend({ message: messageSchema })
/** What {@link feedEntrySchema} describes. */
export type FeedEntry = z.infer<typeof feedEntrySchema>

/**
 * What a message says: that there is an `event`, that one has made a group `complete`, that a `receiver` or a `group` was
 * created, or that a group was `modified`.
 */
export const messageKindSchema = z.enum(['event', 'complete', 'receiver', 'group', 'modified'])
/** What {@link messageKindSchema} describes. */
export type MessageKind = z.infer<typeof messageKindSchema>

/** How much the feed says of each message: `full` has it whole, `summary` without payload and schemas. */
export const feedViewSchema = z.enum(['full', 'summary'])
/** What {@link feedViewSchema} describes. */
export type FeedView = z.infer<typeof feedViewSchema>

/** A message at its place in the feed without what may be large: some 400 bytes. */
export const messageSummarySchema = feedPlaceSchema.extend({
  kind: messageKindSchema,
  /** The receiver's for an event, the group's for a completion, else one of `MESSAGE_TYPES`. */
  type: z.string(),
  /** That of the event, receiver or group that it is about: a group's comes again with each completion. */
  id: z.string(),
  name: z.string(),
  version: z.string(),
  release: z.string(),
  platform_id: z.string(),
  package: z.string(),
  /** The event's; true for everything else. */
  success: z.boolean(),
  /** The event that it is about, or that has completed the group; null for receivers and groups. */
  event_id: z.string().nullable(),
  /** The event's receiver, or the one that it is about; null for messages about groups. */
  event_receiver_id: z.string().nullable(),
  /** The group that it is about; null for events and receivers. */
  group_id: z.string().nullable(),
  /** The size of the event's payload; null for receivers and groups. */
  payload_bytes: z.number().nullable(),
})
/** What {@link messageSummarySchema} describes. */
export type MessageSummary = z.infer<typeof messageSummarySchema>

/**
 * A comment of the stream: the place of the message that follows, or only how far the stream has passed over messages of
 * other types, so that one who comes back need not pass them again.
 */
export const feedCommentSchema = z.union([feedPlaceSchema, feedPlaceSchema.pick({ cursor: true })])
/** What {@link feedCommentSchema} describes. */
export type FeedComment = z.infer<typeof feedCommentSchema>
