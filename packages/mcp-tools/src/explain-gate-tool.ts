import {
  gateStatusSchema,
  gateTurnSchema,
  nvrppSchema,
  receiverLabel,
  receiverStatusSchema,
} from '@epr/model'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { explain, groupInput } from './gate-text.js'
import { NOTICE } from './notice.js'
import { addTool, READS, type Services } from './tool.js'

/** An assistant reads all of them. */
const MAX_CHANGES = 50

const output = z.object({
  ...gateStatusSchema.pick({ group_id: true, group_name: true, group_version: true, enabled: true }).shape,
  ...gateStatusSchema.pick({ state: true, since: true }).shape,
  explanation: z.string(),
  /** The receivers whose latest event is none, or a failure. */
  lacking: z.array(receiverStatusSchema),
  to_open: z.string().describe('What has to be recorded for the gate to open.'),
  changes: z
    .array(gateTurnSchema)
    .describe(`Each change of its state, the first one first; the last ${MAX_CHANGES}.`),
  notice: z.string(),
})

type Lacking = z.output<typeof receiverStatusSchema>[]

function toOpen(lacking: Lacking, isKnown: boolean): string {
  if (lacking.length === 0) return 'It is open: a failure at any of its receivers closes it.'
  const wanted = lacking.map((status) => `at ${receiverLabel(status)}`).join(' and ')
  const unknown = isKnown
    ? ''
    : ' Nothing at all was recorded here for this artifact: see with find or artifact_history, by name alone, whether it is under another version, release, platform or package.'
  return `A success ${wanted} for this artifact opens it.${unknown}`
}

export function addExplainGateTool(server: McpServer, services: Services): void {
  const { groups, artifacts } = services.registry
  addTool(
    server,
    'explain_gate',
    {
      title: 'Explain a gate',
      description:
        'Why can this artifact not go on, and what has to happen? One gate and one artifact: a sentence, what is lacking, what would open it, and each change of its state. group_status has all receivers.',
      input: z.object({ group: groupInput, ...nvrppSchema.shape }),
      output,
      annotations: READS,
      async run({ group, ...nvrpp }) {
        const id = await groups.resolve(group)
        const status = await groups.status(id, nvrpp)
        const { group_name, group_version, enabled, state, since, receivers } = status
        const lacking = receivers.filter((receiver) => receiver.state !== 'passed')
        const isKnown = receivers.some(({ event_id }) => event_id !== null)
        const gates = isKnown ? (await artifacts.gates(nvrpp)).data : []
        const changes = gates.find(({ group_id }) => group_id === id)?.changes ?? []
        return {
          group_id: id,
          ...(group_name !== undefined && { group_name }),
          ...(group_version !== undefined && { group_version }),
          enabled,
          state,
          since,
          explanation: explain(status),
          lacking,
          to_open: toOpen(lacking, isKnown),
          changes: changes.slice(-MAX_CHANGES),
          notice: NOTICE,
        }
      },
    },
    services,
  )
}
