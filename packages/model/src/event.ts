import * as z from 'zod'
import { actorSchema } from './actor.js'
import { eventReceiverSchema } from './event-receiver.js'
import { answerField, flagField, textField, timeField } from './field.js'
import { nvrppSchema } from './nvrpp.js'

/** The body of `POST /events` without `payload`, whose source text travels beside it. */
export const eventInputSchema = nvrppSchema.extend({
  description: textField,
  success: flagField,
  event_receiver_id: textField,
})
/** What {@link eventInputSchema} gives: `success` is always there. */
export type EventInput = z.infer<typeof eventInputSchema>

/** What happened to an artifact, and whether it went well. Never changes once it exists. */
export const eventSchema = z.object({
  id: answerField,
  name: answerField,
  version: answerField,
  release: answerField,
  platform_id: answerField,
  package: answerField,
  description: answerField,
  /** Any JSON value that satisfies the receiver's schema. */
  payload: z.unknown(),
  success: z.boolean(),
  // In this order on every wire, which is the original's.
  created_at: timeField,
  event_receiver_id: answerField,
  /**
   * Who recorded it. Null for what was recorded before that was kept, and while nobody is asked who they are; absent in
   * messages, beside which it stands, and from a server of the version before.
   */
  actor: actorSchema.nullish(),
  /** The receiver, where an event is got by its id. */
  EventReceiver: eventReceiverSchema.partial({ schema: true }).optional(),
})
/** What {@link eventSchema} describes. */
export type Event = z.infer<typeof eventSchema>
