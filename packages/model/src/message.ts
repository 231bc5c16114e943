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

/** The `platform_id` of a message about a receiver or a group, which has no artifact's NVRPP. */
export const MESSAGE_PLATFORM_ID = 'event-provenance-registry'
/** The `package` of such a message, by what it is about. */
export const MESSAGE_PACKAGES = { receiver: 'event.receiver', group: 'event.receiver.group' } as const

/** One record on the topic, and one entry of the feed. */
export const messageSchema = z.object({
  /** The event's; true for everything else. */
  success: z.boolean(),
  /** That of the event, receiver or group that it is about: a group's comes again with each completion. */
  id: z.string(),
  /** Of CloudEvents: `1.0`. */
  specversion: z.string(),
  /** The receiver's for an event, the group's for a completion, else one of {@link MESSAGE_TYPES}. */
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
/** What {@link messageSchema} describes. */
export type Message = z.infer<typeof messageSchema>
