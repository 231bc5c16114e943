import {
  eventReceiverSchema,
  gateStatusSchema,
  nvrppSchema,
  type ReceiverStatus,
  receiverStatusSchema,
} from '@epr/model'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { explain, groupInput } from './gate-text.js'
import { NOTICE } from './notice.js'
import { addTool, READS, type Services } from './tool.js'

const namedStatus = receiverStatusSchema.extend({
  name: z.string().optional(),
  type: z.string().optional(),
  state: receiverStatusSchema.shape.state.describe('Of the latest event for the artifact.'),
})

const statusOutput = z.object({
  group: z.object({ id: z.string(), name: z.string(), type: z.string(), enabled: z.boolean() }),
  ...gateStatusSchema.pick({ state: true, since: true }).shape,
  explanation: z.string(),
  receivers: z.array(namedStatus),
  notice: z.string(),
})

type NamedStatus = z.output<typeof namedStatus>

export function addGroupStatusTool(server: McpServer, services: Services): void {
  const { groups, receivers } = services.registry
  const nameFields = eventReceiverSchema.pick({ name: true, type: true })

  async function withName(status: ReceiverStatus): Promise<NamedStatus> {
    const [found] = await receivers.find(
      { id: status.event_receiver_id },
      { fields: ['name', 'type'], limit: 1 },
    )
    return { ...status, ...(found && nameFields.parse(found)) }
  }

  addTool(
    server,
    'group_status',
    {
      title: 'Status of a gate',
      description:
        'Why is this gate closed? Where an artifact stands at an event receiver group, receiver by receiver.',
      input: z.object({
        id: groupInput,
        ...nvrppSchema.shape,
      }),
      output: statusOutput,
      annotations: READS,
      async run({ id: named, ...nvrpp }) {
        const id = await groups.resolve(named)
        const status = await groups.status(id, nvrpp)
        const { name, type } = await groups.get(id)
        const states = await Promise.all(status.receivers.map(withName))
        const { state, since, enabled } = status
        return {
          group: { id, name, type, enabled },
          state,
          since,
          explanation: explain(status),
          receivers: states,
          notice: NOTICE,
        }
      },
    },
    services,
  )
}
