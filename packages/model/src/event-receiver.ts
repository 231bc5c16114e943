import * as z from 'zod'
import { answerField, textField, timeField } from './field.js'

/** The body of `POST /receivers` without `schema`, whose source text travels beside it. */
export const eventReceiverInputSchema = z.object({
  name: textField,
  type: textField,
  version: textField,
  description: textField,
})
/** What {@link eventReceiverInputSchema} gives. */
export type EventReceiverInput = z.infer<typeof eventReceiverInputSchema>

/** Says what an event that is posted to it must look like. Never changes once it exists. */
export const eventReceiverSchema = z.object({
  id: answerField,
  name: answerField,
  type: answerField,
  version: answerField,
  description: answerField,
  /** The JSON Schema that payloads satisfy: an object or a boolean. */
  schema: z.unknown(),
  /** See `fingerprint`: 64 characters of lowercase hex. */
  fingerprint: z.string(),
  created_at: timeField,
})
/** What {@link eventReceiverSchema} describes. */
export type EventReceiver = z.infer<typeof eventReceiverSchema>
