import type { NewEvent, NewReceiver } from '@epr/client'
import {
  eventInputSchema,
  eventReceiverGroupInputSchema,
  eventReceiverInputSchema,
  idSchema,
} from '@epr/model'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { addTool, CREATES, type Services } from './tool.js'
import { assertNumbersKept } from './whole-numbers.js'

const created = z.object({ id: idSchema, uri: z.string().describe('The resource that was created.') })

const eventData = eventInputSchema.extend({
  payload: z
    .unknown()
    .describe(
      'Any JSON that satisfies the schema of the event receiver; whole numbers beyond 2^53 as strings.',
    ),
})
const receiverData = eventReceiverInputSchema.extend({
  schema: z
    .union([z.record(z.string(), z.unknown()), z.boolean()])
    .describe('JSON Schema that payloads of events must satisfy; {} takes any.'),
})

/** The tools that write. Whatever is created stays, and watchers act on it. */
export function addCreateTools(server: McpServer, services: Services): void {
  const { events, receivers, groups } = services.client
  addTool(
    server,
    'create_event',
    {
      title: 'Record an event',
      description: 'Records what happened to an artifact. It cannot be undone, and may open a gate.',
      input: z.object({ event_data: eventData }),
      output: created,
      annotations: CREATES,
      async run({ event_data }) {
        assertNumbersKept(event_data.payload, 'payload')
        const id = await events.create(event_data as NewEvent)
        return { id, uri: `epr://events/${id}` }
      },
    },
    services,
  )
  addTool(
    server,
    'create_receiver',
    {
      title: 'Create an event receiver',
      description: 'Creates a kind of event. It cannot be changed or deleted.',
      input: z.object({ receiver_data: receiverData }),
      output: created,
      annotations: CREATES,
      async run({ receiver_data }) {
        assertNumbersKept(receiver_data.schema, 'schema')
        const id = await receivers.create(receiver_data as NewReceiver)
        return { id, uri: `epr://receivers/${id}` }
      },
    },
    services,
  )
  addTool(
    server,
    'create_group',
    {
      title: 'Create an event receiver group',
      description: 'Creates a gate over event receivers. It cannot be deleted, only disabled.',
      input: z.object({ group_data: eventReceiverGroupInputSchema }),
      output: created,
      annotations: CREATES,
      async run({ group_data }) {
        const id = await groups.create(group_data)
        return { id, uri: `epr://groups/${id}` }
      },
    },
    services,
  )
}
