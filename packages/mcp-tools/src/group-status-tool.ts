import {
  eventReceiverSchema,
  explainStatus,
  type GateStatus,
  gateStatusSchema,
  nvrppSchema,
  type ReceiverStatus,
  receiverStatusSchema,
} from '@epr/model'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
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

/** Where the gate stands in the sentence that all of us say, and then which events have failed it. */
function explain(status: GateStatus, receivers: readonly NamedStatus[]): string {
  const failures = receivers.flatMap((receiver) => {
    if (receiver.state !== 'failed') return []
    const { name, event_receiver_id, event_id, event_description: description, actor } = receiver
    const what = description ? `, ${JSON.stringify(description)}` : ''
    const who = actor ? `, recorded by ${JSON.stringify(actor.label ?? actor.id)}` : ''
    return [
      `The latest event at ${name ?? 'the receiver'} (${event_receiver_id}) is ${event_id}${what}${who}.`,
    ]
  })
  const disabled = status.enabled ? [] : ['The group is disabled: it sends no message when it is complete.']
  return [`${explainStatus(status, Date.now())}.`, ...failures, ...disabled].join(' ')
}

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
        id: z.string().min(1).describe('Id of the event receiver group, or its name, or name@version.'),
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
          explanation: explain(status, states),
          receivers: states,
          notice: NOTICE,
        }
      },
    },
    services,
  )
}
