import {
  definitionFilterSchema,
  eventFilterSchema,
  eventReceiverGroupSchema,
  eventReceiverSchema,
  eventSchema,
} from '@epr/model'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { pageInput, pageOutput, toPage } from './rows.js'
import { addTool, READS, type Services } from './tool.js'

const definitionFilter = definitionFilterSchema.partial().strict().default({})
const eventFilter = eventFilterSchema.partial().strict().default({})

const FILTER = 'All that match every given field of `data` exactly; without any, all there are.'

const spans = {
  created_after: z.string().optional().describe('Only what was created at or after this time, RFC 3339.'),
  created_before: z.string().optional().describe('Only what was created before this time, RFC 3339.'),
}

/** Payloads and schemas, which may be large, are left to the fetch tools. */
export const eventRow = eventSchema.omit({ payload: true, EventReceiver: true })
const receiverRow = eventReceiverSchema.omit({ schema: true })

const fieldsOf = <Shape extends z.ZodRawShape>(row: z.ZodObject<Shape>) =>
  Object.keys(row.shape) as (keyof Shape & string)[]

export function addSearchTools(server: McpServer, services: Services): void {
  const { events, receivers, groups } = services.registry
  addTool(
    server,
    'search_events',
    {
      title: 'Search events',
      description: `Events, without their payloads. ${FILTER}`,
      input: z.object({ data: eventFilter, ...pageInput, ...spans }),
      output: z.object({ events: z.array(eventRow), ...pageOutput }),
      annotations: READS,
      async run({ data, limit, ...options }) {
        const rows = await events.find(data, { ...options, fields: fieldsOf(eventRow), limit: limit + 1 })
        const { shown, rest } = toPage(rows, limit, 'search_events')
        return { events: shown, ...rest }
      },
    },
    services,
  )
  addTool(
    server,
    'search_receivers',
    {
      title: 'Search event receivers',
      description: `Event receivers, without their schemas. ${FILTER}`,
      input: z.object({ data: definitionFilter, ...pageInput, ...spans }),
      output: z.object({ event_receivers: z.array(receiverRow), ...pageOutput }),
      annotations: READS,
      async run({ data, limit, ...options }) {
        const rows = await receivers.find(data, {
          ...options,
          fields: fieldsOf(receiverRow),
          limit: limit + 1,
        })
        const { shown, rest } = toPage(rows, limit, 'search_receivers')
        return { event_receivers: shown, ...rest }
      },
    },
    services,
  )
  addTool(
    server,
    'search_groups',
    {
      title: 'Search event receiver groups',
      description: `Event receiver groups, which are gates. ${FILTER}`,
      input: z.object({ data: definitionFilter, ...pageInput, ...spans }),
      output: z.object({ event_receiver_groups: z.array(eventReceiverGroupSchema), ...pageOutput }),
      annotations: READS,
      async run({ data, limit, ...options }) {
        const rows = await groups.find(data, {
          ...options,
          fields: fieldsOf(eventReceiverGroupSchema),
          limit: limit + 1,
        })
        const { shown, rest } = toPage(rows, limit, 'search_groups')
        return { event_receiver_groups: shown, ...rest }
      },
    },
    services,
  )
}
