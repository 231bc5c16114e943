import type { GateStatus } from '@epr/client'
import { eventReceiverSchema, nvrppSchema } from '@epr/model'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { NOTICE } from './notice.js'
import { addTool, READS, type Services } from './tool.js'

const receiverState = z.object({
  event_receiver_id: z.string(),
  name: z.string().optional(),
  type: z.string().optional(),
  state: z.enum(['passed', 'failed', 'missing']).describe('Of the latest event for the artifact.'),
  event_id: z.string().nullable(),
  since: z.string().nullable(),
})

const statusOutput = z.object({
  group: z.object({ id: z.string(), name: z.string(), type: z.string(), enabled: z.boolean() }),
  state: z.enum(['open', 'failed', 'missing']),
  since: z.string().nullable(),
  explanation: z.string(),
  receivers: z.array(receiverState),
  notice: z.string(),
})

type ReceiverState = z.output<typeof receiverState>

/** What stands between the artifact and the open gate, in one sentence each. */
function explain({ state, enabled }: GateStatus, receivers: readonly ReceiverState[]): string {
  const called = ({ name, event_receiver_id }: ReceiverState) =>
    `${name ?? 'the receiver'} (${event_receiver_id})`
  const reasons = receivers.flatMap((receiver) => {
    if (receiver.state === 'passed') return []
    if (receiver.state === 'missing') return [`no event at ${called(receiver)}`]
    return [`the latest event at ${called(receiver)} is a failure: ${receiver.event_id}`]
  })
  const text = state === 'open' ? 'The gate is open: the latest event at each receiver is a success.' : ''
  const closed = reasons.length > 0 ? `The gate is closed: ${reasons.join('; ')}.` : ''
  const disabled = enabled ? '' : 'The group is disabled: it tells nobody when it is complete.'
  return [text, closed, disabled].filter(Boolean).join(' ')
}

export function addGroupStatusTool(server: McpServer, services: Services): void {
  const { groups, receivers } = services.client
  const nameFields = eventReceiverSchema.pick({ name: true, type: true })

  async function named(state: GateStatus['receivers'][number]): Promise<ReceiverState> {
    const [found] = await receivers.find(
      { id: state.event_receiver_id },
      { fields: ['name', 'type'], limit: 1 },
    )
    return { ...state, ...(found && nameFields.parse(found)) }
  }

  addTool(
    server,
    'group_status',
    {
      title: 'Status of a gate',
      description:
        'Why is this gate closed? Where an artifact stands at an event receiver group, receiver by receiver.',
      input: z.object({
        id: z.string().min(1).describe('Id of the event receiver group.'),
        ...nvrppSchema.shape,
      }),
      output: statusOutput,
      annotations: READS,
      async run({ id, ...nvrpp }) {
        const status = await groups.status(id, nvrpp)
        const { name, type } = await groups.get(id)
        const states = await Promise.all(status.receivers.map(named))
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
