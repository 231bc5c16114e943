import * as z from 'zod'
import { answerField, timeField } from './field.js'
import { indexedSchema } from './gate-artifacts.js'
import { nvrppSchema } from './nvrpp.js'

/** What an artifact is made of, as an SBOM says it. */
export const componentSchema = z.object({
  /** With its group: `org.apache.logging.log4j/log4j-core`. */
  name: answerField,
  /** Empty where the SBOM says none. */
  version: answerField,
  /** Its package URL. */
  purl: answerField.nullable(),
  cpe: answerField.nullable(),
})
/** What {@link componentSchema} describes. */
export type Component = z.infer<typeof componentSchema>

/** A component in an artifact, and the event that says so: a receiver's newest SBOM of the artifact. */
export const foundComponentSchema = z.object({
  component: componentSchema,
  artifact: nvrppSchema,
  event_id: answerField,
  event_receiver_id: answerField,
  /** When the event was recorded. */
  created_at: timeField,
  /** The environments where nothing newer of the same name, platform and package has been deployed since. */
  deployed_in: z.array(answerField),
})
/** What {@link foundComponentSchema} describes. */
export type FoundComponent = z.infer<typeof foundComponentSchema>

/** The answer of `GET /components`. */
export const foundComponentsSchema = z.object({
  /** By component, the highest version first; of each what was recorded last first. */
  data: z.array(foundComponentSchema),
  /** What the text was taken for. */
  taken_for: z.enum(['purl', 'cpe', 'hash', 'name']),
  /** Of components that are called so, those that are not in `data` though nobody knows how their version stands to the range: 20 at most. */
  undecided: z.array(answerField),
  /** SBOMs that were recorded and are not searched. */
  unread: z.object({
    /** How many are still to be read: 1000 stands for as many or more. */
    waiting: z.int(),
    /** Those that cannot be read, or not as a whole; the newest 20. */
    broken: z.array(z.object({ event_id: answerField, problem: answerField })),
  }),
  /** The feed's cursor that this is as of, but for `unread`. */
  cursor: answerField,
  history: indexedSchema,
  /** Where the next page begins (`after`); null when there is none. */
  next: answerField.nullable(),
})
/** What {@link foundComponentsSchema} describes. */
export type FoundComponents = z.infer<typeof foundComponentsSchema>
