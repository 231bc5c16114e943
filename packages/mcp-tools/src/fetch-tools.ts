import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { eventOutput, fetchEvent, fetchGroup, fetchReceiver, groupOutput, receiverOutput } from './fetched.js'
import { addTool, READS, type Services } from './tool.js'

const idInput = z.string().min(1).describe('Its id, a ULID: 01HKX0J9KS8AASMRYX61458N41.')
const offsetInput = z
  .int()
  .min(0)
  .default(0)
  .describe('From which character of a long payload or schema on: `next_offset` of the result before.')

export function addFetchTools(server: McpServer, services: Services): void {
  const { registry } = services
  addTool(
    server,
    'fetch_event',
    {
      title: 'Fetch an event',
      description: 'One event with its payload, and the event receiver it belongs to.',
      input: z.object({ id: idInput, offset: offsetInput }),
      output: eventOutput,
      annotations: READS,
      run: ({ id, offset }) => fetchEvent(registry, id, offset),
    },
    services,
  )
  addTool(
    server,
    'fetch_receiver',
    {
      title: 'Fetch an event receiver',
      description: 'One event receiver with the JSON Schema that payloads of its events satisfy.',
      input: z.object({ id: idInput, offset: offsetInput }),
      output: receiverOutput,
      annotations: READS,
      run: ({ id, offset }) => fetchReceiver(registry, id, offset),
    },
    services,
  )
  addTool(
    server,
    'fetch_group',
    {
      title: 'Fetch an event receiver group',
      description: 'One gate: which event receivers it needs, and whether it is enabled.',
      input: z.object({ id: idInput }),
      output: groupOutput,
      annotations: READS,
      run: ({ id }) => fetchGroup(registry, id),
    },
    services,
  )
}
