import { nvrppSchema } from '@epr/model'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { pageInput, pageOutput, toPage } from './rows.js'
import { eventRow } from './search-tools.js'
import { addTool, READS, type Services } from './tool.js'

const historyRow = eventRow.extend({
  receiver_name: z.string().optional(),
  receiver_type: z.string().optional(),
})

export function addArtifactHistoryTool(server: McpServer, services: Services): void {
  const { events, receivers } = services.registry

  /** Name and type of each receiver, asked for once. */
  async function findReceivers(ids: readonly string[]) {
    const fields = ['id', 'name', 'type'] as const
    const found = await Promise.all(ids.map((id) => receivers.find({ id }, { fields, limit: 1 })))
    return new Map(
      found.flat().map(({ id, name, type }) => [id, { receiver_name: name, receiver_type: type }]),
    )
  }

  addTool(
    server,
    'artifact_history',
    {
      title: 'History of an artifact',
      description:
        'Everything that was recorded for an artifact, oldest first. Fields that are not given match any: a name alone shows all its versions.',
      input: z.object({
        name: nvrppSchema.shape.name,
        ...nvrppSchema.omit({ name: true }).partial().shape,
        ...pageInput,
        order: pageInput.order.unwrap().default('asc'),
      }),
      output: z.object({ events: z.array(historyRow), ...pageOutput }),
      annotations: READS,
      async run({ limit, after, order, ...nvrpp }) {
        const fields = Object.keys(eventRow.shape) as (keyof typeof eventRow.shape)[]
        const rows = await events.find(nvrpp, { fields, after, order, limit: limit + 1 })
        const known = await findReceivers([
          ...new Set(rows.map(({ event_receiver_id }) => event_receiver_id)),
        ])
        const named = rows.map((row) => ({ ...row, ...known.get(row.event_receiver_id) }))
        const { shown, rest } = toPage(named, limit, 'artifact_history')
        return { events: shown, ...rest }
      },
    },
    services,
  )
}
