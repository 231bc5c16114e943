import { type Message, messageSchema } from '@epr/model'
import * as z from 'zod'

/** A message at its place in the feed. */
export interface FeedEntry {
  /** What to pass as `after` to go on behind this message. */
  cursor: string
  /** When it was told, RFC 3339. */
  time: string
  /** Unique for each message and the same whenever it is sent again: what to recognise repeats by. */
  ce_id?: string | undefined
  message: Message
}

const headFields = { cursor: z.string().min(1), time: z.string(), ce_id: z.string().optional() }

const headSchema = z.object(headFields)
export type Head = z.infer<typeof headSchema>

/** Said when messages of other types have been passed over, so that one who comes back need not pass them again. */
const passedSchema = z.object({ cursor: z.string().min(1) })
export type Passed = z.infer<typeof passedSchema>

export const commentSchema = z.union([headSchema, passedSchema])

export const entrySchema: z.ZodType<FeedEntry> = z.object({ ...headFields, message: messageSchema })

export const feedPageSchema = z.object({ data: z.array(entrySchema), next: z.string() })
