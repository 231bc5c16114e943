import * as z from 'zod'
import { answerField, timeField } from './field.js'
import { nvrppSchema } from './nvrpp.js'

/** Where an artifact stands at one receiver of a gate. */
export const gateCellSchema = z.object({
  event_receiver_id: answerField,
  state: z.enum(['passed', 'failed', 'missing']),
  /** The latest event; null when there is none. */
  event_id: answerField.nullable(),
  /** When that was recorded, or the first of the failures that it ends; null when there is none. */
  since: timeField.nullable(),
  /** How many of the latest events have failed, one after another: 100 stands for as many or more. */
  failures: z.int(),
})
/** What {@link gateCellSchema} describes. */
export type GateCell = z.infer<typeof gateCellSchema>

/** An artifact at a gate. */
export const gateArtifactSchema = z.object({
  ...nvrppSchema.shape,
  /** As in the group's status: `failed` wins over `missing`. */
  state: z.enum(['open', 'failed', 'missing']),
  /** When the event was recorded that made the state what it is. */
  since: timeField,
  /** Whether a newer artifact of the same name, platform and package was open here at any time. */
  superseded: z.boolean(),
  /** The same in one sentence, as of the answer: `waiting 12m: sign has no event`. */
  explanation: answerField,
  /** In the group's order. */
  cells: z.array(gateCellSchema),
})
/** What {@link gateArtifactSchema} describes. */
export type GateArtifact = z.infer<typeof gateArtifactSchema>

/** How much of the history answers are made from; null when it is all of it. */
export const indexedSchema = z
  .object({ done: z.number(), size: z.number() })
  .nullable()
  .meta({ description: 'While history is still taken in: events so far, and about how many there are.' })

/** The answer of `GET /groups/{id}/artifacts`. */
export const gateArtifactsSchema = z.object({
  data: z.array(gateArtifactSchema),
  /** The group's receivers, in its order. */
  receivers: z.array(z.object({ id: answerField, name: answerField, version: answerField })),
  /** Artifacts by state, superseded ones left out: 1001 stands for more than 1,000. Null for a moment of before. */
  counts: z.object({ open: z.int(), failed: z.int(), missing: z.int() }).nullable(),
  /**
   * Why nobody can pass: a receiver without a success for 30 days while artifacts wait, in a sentence each. Empty for a disabled
   * group, and for a moment of before.
   */
  warnings: z.array(answerField),
  /** The feed's cursor that this is as of; null for a moment of before. */
  cursor: answerField.nullable(),
  history: indexedSchema,
  /** Where the next page begins (`after`); null when there is none. */
  next: answerField.nullable(),
})
/** What {@link gateArtifactsSchema} describes. */
export type GateArtifacts = z.infer<typeof gateArtifactsSchema>
