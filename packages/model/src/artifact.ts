import * as z from 'zod'
import { answerField, timeField } from './field.js'
import { indexedSchema } from './gate-artifacts.js'
import { nvrppSchema } from './nvrpp.js'

/** What is known of an artifact at a glance. */
export const artifactSchema = z.object({
  ...nvrppSchema.shape,
  /** When the first of its events was recorded. */
  first_at: timeField,
  /** When the last one was. */
  last_at: timeField,
  events: z.int(),
  failures: z.int(),
})
/** What {@link artifactSchema} describes. */
export type Artifact = z.infer<typeof artifactSchema>

/** The answer of `GET /artifacts`. */
export const artifactsSchema = z.object({
  data: z.array(artifactSchema),
  /** The feed's cursor that this is as of. */
  cursor: answerField,
  history: indexedSchema,
  /** Where the next page begins (`after`); null when there is none. */
  next: answerField.nullable(),
})
/** What {@link artifactsSchema} describes. */
export type Artifacts = z.infer<typeof artifactsSchema>

/** One change of a gate for an artifact. */
export const gateTurnSchema = z.object({
  state: z.enum(['open', 'failed', 'missing']),
  /** When the event was recorded that made it so. */
  time: timeField,
  event_id: answerField,
  event_receiver_id: answerField,
})
/** What {@link gateTurnSchema} describes. */
export type GateTurn = z.infer<typeof gateTurnSchema>

/** A gate of which any receiver has an event of the artifact, and how it came to where it is. */
export const artifactGateSchema = z.object({
  group_id: answerField,
  group_name: answerField,
  group_version: answerField,
  enabled: z.boolean(),
  state: gateTurnSchema.shape.state,
  /** As in the group's status: when the event was recorded that made the state what it is. */
  since: timeField.nullable(),
  /** The state in one sentence: `waiting 12m: sign has no event`. */
  explanation: answerField,
  /** Each change of its state, the first one first. */
  changes: z.array(gateTurnSchema),
})
/** What {@link artifactGateSchema} describes. */
export type ArtifactGate = z.infer<typeof artifactGateSchema>

/** The answer of `GET /artifacts/gates`. */
export const artifactGatesSchema = z.object({
  data: z.array(artifactGateSchema),
  /** False when there are more events than are gone through: then the changes are those of the newest 10,000. */
  complete: z.boolean(),
})
/** What {@link artifactGatesSchema} describes. */
export type ArtifactGates = z.infer<typeof artifactGatesSchema>
