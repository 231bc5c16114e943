import { gateArtifactSchema, gateArtifactsSchema } from '@epr/model'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { groupInput } from './gate-text.js'
import { pageInput, pageOutput, toRest } from './rows.js'
import { addTool, READS, type Services } from './tool.js'

/** Its cells are in its sentence; explain_gate has the events. */
const artifactRow = gateArtifactSchema.omit({ cells: true })

export function addGateMatrixTool(server: McpServer, services: Services): void {
  const { groups } = services.registry
  addTool(
    server,
    'gate_matrix',
    {
      title: 'Artifacts of a gate',
      description:
        'What can ship, and what waits for what? The artifacts that stand at a gate, each with one sentence; superseded ones are left out. `counts` is of all of them. explain_gate says more of one.',
      input: z.object({
        group: groupInput,
        state: z
          .array(gateArtifactSchema.shape.state)
          .min(1)
          .optional()
          .describe('Only these; all by default.'),
        name: z.string().min(1).optional().describe('Of this name; with * at its end, what begins so.'),
        order: z
          .enum(['recent', 'waiting'])
          .default('recent')
          .describe('recent: what has changed last first. waiting: what is not open, the longest first.'),
        at: z.iso.datetime({ offset: true }).optional().describe('The gate as it stood then, RFC 3339.'),
        limit: pageInput.limit,
        after: pageInput.after,
      }),
      output: z.object({
        group_id: z.string(),
        artifacts: z.array(artifactRow),
        ...gateArtifactsSchema.pick({ receivers: true, counts: true, history: true }).shape,
        ...pageOutput,
      }),
      annotations: READS,
      async run({ group, ...query }) {
        const id = await groups.resolve(group)
        const { data, receivers, counts, history, next } = await groups.artifacts(id, query)
        return {
          group_id: id,
          artifacts: data.map(({ cells: _, ...artifact }) => artifact),
          receivers,
          counts,
          history,
          ...toRest(next, 'gate_matrix'),
        }
      },
    },
    services,
  )
}
