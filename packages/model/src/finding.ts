import * as z from 'zod'
import { answerField } from './field.js'
import { indexedSchema } from './gate-artifacts.js'

/** What somebody should look after. */
export const FINDING_KINDS = [
  'gate_stuck',
  'receiver_unused',
  'receiver_refusing',
  'receiver_failing',
  'watcher_silent',
  'watcher_dead_letters',
  'relay_behind',
  'feed_behind',
  'answers_behind',
] as const

/** Something in the registry that is not as somebody meant it to be. */
export const findingSchema = z.object({
  kind: z.enum(FINDING_KINDS),
  /** `problem`: something waits for somebody, or is lost. `hint`: nothing does. */
  severity: z.enum(['problem', 'hint']),
  /** What it is about; a watcher has no id but its name and instance, `name/instance`. */
  subject: z.object({
    kind: z.enum(['group', 'receiver', 'watcher', 'server']),
    id: answerField,
    name: answerField,
  }),
  /** `nobody can pass release: sign has had no event for 31d, and 29 artifacts wait`. */
  message: answerField,
  /** What to do. */
  advice: answerField,
})
/** What {@link findingSchema} describes. */
export type Finding = z.infer<typeof findingSchema>

/** The answer of `GET /findings`. */
export const findingsSchema = z.object({
  /** Problems first. */
  data: z.array(findingSchema),
  /** How much was looked at. */
  checked: z.object({ groups: z.number(), receivers: z.number(), watchers: z.number() }),
  /** The feed's cursor that this is as of. */
  cursor: answerField,
  history: indexedSchema,
})
/** What {@link findingsSchema} describes. */
export type Findings = z.infer<typeof findingsSchema>
