import * as z from 'zod'
import { actorSchema } from './actor.js'
import { answerField, timeField } from './field.js'

/** Where one event receiver of a gate stands for an artifact: its latest event decides. */
export const receiverStatusSchema = z.object({
  event_receiver_id: answerField,
  /** What people call the receiver; absent from a server of the version before. */
  event_receiver_name: answerField.optional(),
  /** Its version. */
  event_receiver_version: answerField.optional(),
  state: z.enum(['passed', 'failed', 'missing']),
  /** The latest event; null when there is none. */
  event_id: answerField.nullable(),
  /** What that says has happened; null when there is none. */
  event_description: answerField.nullish(),
  /** When that was recorded; null when there is none. */
  since: timeField.nullable(),
  /** Who recorded that, and so decided; null when there is none, or nobody was asked. */
  actor: actorSchema.nullish(),
})
/** What {@link receiverStatusSchema} describes. */
export type ReceiverStatus = z.infer<typeof receiverStatusSchema>

/** Where an artifact stands at a gate: the answer of `GET /groups/{id}/status`. */
export const gateStatusSchema = z.object({
  group_id: answerField,
  /** What people call the group; absent from a server of the version before. */
  group_name: answerField.optional(),
  /** Its version. */
  group_version: answerField.optional(),
  /** A disabled group sends no completions; its state is computed alike. */
  enabled: z.boolean(),
  /** `failed` when a latest event is a failure, else `missing` when a receiver has none, else `open`. */
  state: z.enum(['open', 'failed', 'missing']),
  /** When the event was recorded that made the state what it is; null when nothing was recorded yet. */
  since: timeField.nullable(),
  /** The same in one sentence, as of the answer: `waiting 12m: sign has no event`; absent from a server of the version before. */
  explanation: answerField.optional(),
  /** In the group's order. */
  receivers: z.array(receiverStatusSchema),
})
/** What {@link gateStatusSchema} describes. */
export type GateStatus = z.infer<typeof gateStatusSchema>

/** A receiver as people find it: its name and version, and the id that is sure. */
export function receiverLabel(status: ReceiverStatus): string {
  const { event_receiver_id: id, event_receiver_name: name, event_receiver_version: version } = status
  return name === undefined ? id : `${name}${version === undefined ? '' : `@${version}`} (${id})`
}
