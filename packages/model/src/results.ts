import * as z from 'zod'
import { idSchema } from './id.js'

/** How many events one batch holds at most. */
export const MAX_BATCH_EVENTS = 1_000

/** The body of a creation's answer. */
export const idAnswerSchema = z.object({ data: idSchema })

/** Why one item of a batch was refused: sentences for people, a code for programs. */
export const refusedItemSchema = z.object({
  errors: z.array(z.string()).min(1),
  error: z.object({ code: z.string(), message: z.string(), details: z.array(z.string()) }),
})

/** What became of one item of a batch. */
export const batchResultSchema = z.union([z.object({ id: idSchema }), refusedItemSchema])
export type BatchResult = z.output<typeof batchResultSchema>

/** The body of a batch's answer, in the order of its items. */
export const batchAnswerSchema = z.object({ data: z.array(batchResultSchema) })
