import * as z from 'zod'
import { timeField } from './field.js'

/** What is kept of refused payloads. */
export const REFUSAL_LIMITS = {
  /** Places in payloads that are told apart, of a receiver and an hour; the rest counts as `other`. */
  paths: 50,
  pathChars: 200,
  /** Of a receiver, in bytes each. */
  samples: 20,
  sampleBytes: 2_048,
  days: 30,
} as const

/** The place of what is not told apart. */
export const OTHER_PATH = 'other'

/** One payload that was refused, without the payload. */
export const refusalSampleSchema = z.object({
  time: timeField,
  /** What was wrong with it, as its sender was answered: the first of it, when that was much. */
  violations: z.array(z.string()),
  request_id: z.string(),
  /** The program that sent it, as it calls itself; null when it does not. */
  user_agent: z.string().nullable(),
  /** The id of who sent it; null when nobody was asked. */
  actor: z.string().nullable(),
})
/** What {@link refusalSampleSchema} describes. */
export type RefusalSample = z.infer<typeof refusalSampleSchema>

/** Which payloads a receiver has refused. */
export const refusalsSchema = z.object({
  /** How many payloads broke the schema; one that is wrong in several places counts once. */
  payloads: z.number(),
  /** How many of them did at each place: `/items/-/name`. Most first. */
  paths: z.array(z.object({ path: z.string(), count: z.number(), last_hour: timeField })),
  /** The newest of those that are kept, newest first. */
  samples: z.array(refusalSampleSchema),
})
/** What {@link refusalsSchema} describes. */
export type Refusals = z.infer<typeof refusalsSchema>
