import * as z from 'zod'
import { answerField, timeField } from './field.js'
import { indexedSchema } from './gate-artifacts.js'

/** For how many days usage can be asked for: what was refused is not kept for longer. */
export const MAX_USAGE_DAYS = 30

/**
 * What is odd about a receiver, in the days that are asked for: `unused` had no event, and is a day old at least; `refusing`
 * refused more payloads than it took; `failing` had events, and no success; `anything` has a schema that every payload satisfies.
 */
export const RECEIVER_WARNINGS = ['unused', 'refusing', 'failing', 'anything'] as const

/** What a receiver gets and refuses, and who waits for it. */
export const receiverUsageSchema = z.object({
  event_receiver_id: answerField,
  name: answerField,
  type: answerField,
  version: answerField,
  created_at: timeField,
  /** The last event of all times; null when there has been none. */
  last_event_id: answerField.nullable(),
  /** When that was recorded. */
  last_event_at: timeField.nullable(),
  /** In the days that are asked for. */
  events: z.number(),
  /** Those of them that are no success. */
  failures: z.number(),
  /** Of their payloads. */
  bytes: z.number(),
  /** Payloads that broke its schema, in the same days. */
  refused: z.number(),
  /** The groups that wait for it. */
  groups: z.array(
    z.object({ id: answerField, name: answerField, version: answerField, enabled: z.boolean() }),
  ),
  /** Days (UTC, `2026-11-28`) with events, the first one first. */
  days: z.array(z.object({ day: answerField, events: z.number(), failures: z.number(), bytes: z.number() })),
  warnings: z.array(z.enum(RECEIVER_WARNINGS)),
})
/** What {@link receiverUsageSchema} describes. */
export type ReceiverUsage = z.infer<typeof receiverUsageSchema>

/** The answer of `GET /receivers/usage`. */
export const receiversUsageSchema = z.object({
  /** By the receivers' ids, the newest one first. */
  data: z.array(receiverUsageSchema),
  /** The feed's cursor that this is as of. */
  cursor: answerField,
  history: indexedSchema,
  /** Where the next page begins (`after`); null when there is none. */
  next: answerField.nullable(),
})
/** What {@link receiversUsageSchema} describes. */
export type ReceiversUsage = z.infer<typeof receiversUsageSchema>
