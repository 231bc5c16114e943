import * as z from 'zod'
import { artifactSchema } from './artifact.js'
import { foundComponentSchema } from './component.js'
import { eventSchema } from './event.js'
import { eventReceiverSchema } from './event-receiver.js'
import { eventReceiverGroupSchema } from './event-receiver-group.js'
import { messageSummarySchema } from './feed-entry.js'
import { answerField } from './field.js'
import { indexedSchema } from './gate-artifacts.js'

/** What a text that is searched for can be taken for, in the order in which that is tried; and how people say it. */
export const SEARCH_READINGS = {
  id: 'the id of an event, a receiver or a group',
  package_url: 'the package URL of artifacts',
  fingerprint: 'the fingerprint of a receiver',
  name_version: 'the name and version of artifacts',
  name: 'the name of artifacts, or its beginning',
  definition: 'a part of the name or type of receivers and groups',
  component: 'a component of artifacts, as their SBOMs say',
  cursor: 'a cursor of the feed',
  time: 'a moment in the feed',
} as const

/** One of {@link SEARCH_READINGS}. */
export type SearchReading = keyof typeof SEARCH_READINGS

const readingSchema = z.enum(Object.keys(SEARCH_READINGS) as [SearchReading, ...SearchReading[]])

/** The most characters of a text that is searched for. */
export const MAX_SEARCH_CHARS = 500

const hit = <const Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) =>
  z.object({
    kind: z.literal(kind),
    ...shape,
    /** What says more: a GET of REST. */
    path: answerField,
  })

/** One thing that was found; `kind` says what it is. */
export const searchHitSchema = z.discriminatedUnion('kind', [
  hit('event', eventSchema.omit({ payload: true, actor: true, EventReceiver: true }).shape),
  hit('receiver', eventReceiverSchema.omit({ schema: true, description: true }).shape),
  hit(
    'group',
    eventReceiverGroupSchema.omit({ event_receiver_ids: true, description: true, updated_at: true }).shape,
  ),
  hit('artifact', artifactSchema.shape),
  hit('component', foundComponentSchema.shape),
  hit('message', {
    ...messageSummarySchema.pick({
      cursor: true,
      time: true,
      type: true,
      name: true,
      version: true,
      success: true,
      event_id: true,
      event_receiver_id: true,
      group_id: true,
    }).shape,
    /** What the message says: that there is an `event`, that a gate is `complete`, and so on. */
    says: messageSummarySchema.shape.kind,
  }),
])
/** What {@link searchHitSchema} describes. */
export type SearchHit = z.infer<typeof searchHitSchema>

/** The answer of `GET /search`. */
export const searchAnswerSchema = z.object({
  /** In the order of `taken_for`; of each kind ten at most, what is newest first. */
  data: z.array(searchHitSchema),
  /** What the text was taken for, where something was found; `words` is for people. */
  taken_for: z.array(z.object({ as: readingSchema, words: answerField })),
  /** When nothing was found: what was tried, in words. */
  tried: z.array(answerField),
  /** The kinds of which there are more. */
  more: z.array(answerField),
  /** What nobody can conclude from the rest, and what to do: one sentence each. */
  notes: z.array(answerField),
  /** The feed's cursor that artifacts and components are as of; null while the server makes such answers for the first time. */
  cursor: answerField.nullable(),
  history: indexedSchema,
})
/** What {@link searchAnswerSchema} describes. */
export type SearchAnswer = z.infer<typeof searchAnswerSchema>
