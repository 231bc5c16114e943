import * as z from 'zod'
import { answerField, flagField, textField, timeField } from './field.js'

const receiverIds = z
  .array(z.string({ error: 'must be a string' }), { error: 'must be a list of event receiver ids' })
  .min(1, 'must name at least one event receiver')
  .max(1000, 'must name at most 1000 event receivers')
  .refine((ids) => new Set(ids).size === ids.length, 'must not name an event receiver twice')

/** The body of `POST /groups`. `enabled` absent is false. */
export const eventReceiverGroupInputSchema = z.object({
  name: textField,
  type: textField,
  version: textField,
  description: textField,
  enabled: flagField,
  event_receiver_ids: receiverIds,
})
/** What {@link eventReceiverGroupInputSchema} gives: `enabled` is always there. */
export type EventReceiverGroupInput = z.infer<typeof eventReceiverGroupInputSchema>

/** The body of `PATCH /groups/{id}`: the only change that EPR knows. */
export const eventReceiverGroupPatchSchema = z.object({
  enabled: z.boolean({ error: 'must be true or false' }),
})

/** A gate: complete for an NVRPP when every receiver's latest event for it is a success. */
export const eventReceiverGroupSchema = z.object({
  id: answerField,
  name: answerField,
  type: answerField,
  version: answerField,
  description: answerField,
  /** Whether its completions are sent. */
  enabled: z.boolean(),
  /** In the order that was given. */
  event_receiver_ids: z.array(z.string()),
  created_at: timeField,
  /** Equal to `created_at` at first; moves on every enable and disable. */
  updated_at: timeField,
})
/** What {@link eventReceiverGroupSchema} describes. */
export type EventReceiverGroup = z.infer<typeof eventReceiverGroupSchema>
