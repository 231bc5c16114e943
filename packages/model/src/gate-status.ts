import * as z from 'zod'
import { answerField, timeField } from './field.js'

/** Where one event receiver of a gate stands for an artifact: its latest event decides. */
export const receiverStatusSchema = z.object({
  event_receiver_id: answerField,
  state: z.enum(['passed', 'failed', 'missing']),
  /** The latest event; null when there is none. */
  event_id: answerField.nullable(),
  /** When that was recorded; null when there is none. */
  since: timeField.nullable(),
})
/** What {@link receiverStatusSchema} describes. */
export type ReceiverStatus = z.infer<typeof receiverStatusSchema>

/** Where an artifact stands at a gate: the answer of `GET /groups/{id}/status`. */
export const gateStatusSchema = z.object({
  group_id: answerField,
  /** A disabled group sends no completions; its state is computed alike. */
  enabled: z.boolean(),
  /** `failed` when a latest event is a failure, else `missing` when a receiver has none, else `open`. */
  state: z.enum(['open', 'failed', 'missing']),
  /** When the event was recorded that made the state what it is; null when nothing was recorded yet. */
  since: timeField.nullable(),
  /** In the group's order. */
  receivers: z.array(receiverStatusSchema),
})
/** What {@link gateStatusSchema} describes. */
export type GateStatus = z.infer<typeof gateStatusSchema>
