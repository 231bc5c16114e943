import { foundComponentSchema, foundComponentsSchema } from '@epr/model'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { pageInput, pageOutput, toRest } from './rows.js'
import { addTool, READS, type Services } from './tool.js'

export function addFindComponentTool(server: McpServer, services: Services): void {
  const { components } = services.registry
  addTool(
    server,
    'find_component',
    {
      title: 'Find a component',
      description:
        'Who has log4j-core 2.14? The artifacts whose newest SBOM names a component, and the events that say so. `unread` names SBOMs that are not searched: with any, an empty answer is no proof.',
      input: z.object({
        component: z
          .string()
          .min(1)
          .describe(
            'A package URL, a CPE, a hash, or a name: log4j-core, log4j*, log4j-core@2.14.1, log4j-core@2.14*, lodash@<4.17.21.',
          ),
        limit: pageInput.limit,
        after: pageInput.after,
      }),
      output: z.object({
        found: z.array(foundComponentSchema),
        ...foundComponentsSchema.pick({ taken_for: true, undecided: true, unread: true, history: true })
          .shape,
        ...pageOutput,
      }),
      annotations: READS,
      async run({ component, limit, after }) {
        const page = { limit, ...(after !== undefined && { after }) }
        const { data, taken_for, undecided, unread, history, next } = await components.search(component, page)
        return { found: data, taken_for, undecided, unread, history, ...toRest(next, 'find_component') }
      },
    },
    services,
  )
}
