import * as z from 'zod'
import { eventSchema } from './event.js'
import { eventReceiverSchema } from './event-receiver.js'
import { eventReceiverGroupSchema } from './event-receiver-group.js'

/** The original writes `null` for an empty list: readers accept both, writers write `[]`. */
const list = <T extends z.ZodType>(item: T) => z.preprocess((items) => items ?? [], z.array(item))

/** The types of the messages that EPR itself gives; an event's and a completion's are chosen by users. */
export const MESSAGE_TYPES = {
  receiverCreated: 'epr.event.receiver.created',
  groupCreated: 'epr.event.receiver.group.created',
  groupModified: 'epr.event.receiver.group.modified',
} as const

/** What the NVRPP of a message about a receiver or a group says in place of an artifact's. */
export const MESSAGE_PLATFORM_ID = 'event-provenance-registry'
export const MESSAGE_PACKAGES = { receiver: 'event.receiver', group: 'event.receiver.group' } as const

/** One record on the topic, and one entry of the feed. */
export const messageSchema = z.object({
  success: z.boolean(),
  id: z.string(),
  specversion: z.string(),
  type: z.string(),
  source: z.string(),
  api_version: z.string(),
  name: z.string(),
  version: z.string(),
  release: z.string(),
  platform_id: z.string(),
  package: z.string(),
  data: z.object({
    events: list(eventSchema),
    event_receivers: list(eventReceiverSchema),
    event_receiver_groups: list(eventReceiverGroupSchema),
  }),
})
export type Message = z.infer<typeof messageSchema>
