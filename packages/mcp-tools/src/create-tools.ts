import {
  eventInputSchema,
  eventReceiverGroupInputSchema,
  eventReceiverInputSchema,
  idSchema,
} from '@epr/model'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import type { NewToolEvent, NewToolReceiver } from './registry.js'
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

/** What can be created: each has a tool of its own. */
export type CreatableKind = 'event' | 'receiver' | 'group'

type AddTool = (server: McpServer, services: Services) => void

const addCreateEvent: AddTool = (server, services) =>
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
        const id = await services.registry.events.create(event_data as NewToolEvent)
        return { id, uri: `epr://events/${id}` }
      },
    },
    services,
  )

const addCreateReceiver: AddTool = (server, services) =>
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
        const id = await services.registry.receivers.create(receiver_data as NewToolReceiver)
        return { id, uri: `epr://receivers/${id}` }
      },
    },
    services,
  )

const addCreateGroup: AddTool = (server, services) =>
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
        const id = await services.registry.groups.create(group_data)
        return { id, uri: `epr://groups/${id}` }
      },
    },
    services,
  )

const ADD: Readonly<Record<CreatableKind, AddTool>> = {
  event: addCreateEvent,
  receiver: addCreateReceiver,
  group: addCreateGroup,
}

/** The tools that write. Whatever is created stays, and watchers act on it. */
export function addCreateTools(server: McpServer, kinds: readonly CreatableKind[], services: Services): void {
  for (const kind of kinds) ADD[kind](server, services)
}
