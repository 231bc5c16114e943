import { NVRPP_FIELDS, type SearchHit, searchAnswerSchema, searchHitSchema } from '@epr/model'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { NOTICE } from './notice.js'
import { addTool, READS, type Services } from './tool.js'

const nextCall = z.object({ tool: z.string(), arguments: z.record(z.string(), z.string()) })

const fetching = (kind: 'event' | 'receiver' | 'group', id: string): z.output<typeof nextCall> => ({
  tool: `fetch_${kind}`,
  arguments: { id },
})

/** The tool that says more of a hit. */
function toNextCall(hit: SearchHit): z.output<typeof nextCall> {
  switch (hit.kind) {
    case 'event':
    case 'receiver':
      return fetching(hit.kind, hit.id)
    case 'group':
      return { tool: 'gate_matrix', arguments: { group: hit.id } }
    case 'artifact':
      return {
        tool: 'artifact_history',
        arguments: Object.fromEntries(NVRPP_FIELDS.map((field) => [field, hit[field]])),
      }
    case 'component':
      return fetching('event', hit.event_id)
    case 'message':
      if (hit.event_id !== null) return fetching('event', hit.event_id)
      return hit.group_id === null
        ? fetching('receiver', hit.event_receiver_id ?? '')
        : fetching('group', hit.group_id)
  }
}

export function addFindTool(server: McpServer, services: Services): void {
  const { registry } = services
  addTool(
    server,
    'find',
    {
      title: 'Find anything',
      description:
        'What does this text name? Takes an id, an artifact (name, name@version, how it begins, package URL), a part of the name or type of a receiver or group, a hash, component:log4j-core@2.14*, a cursor of the feed, or an RFC 3339 time. `taken_for` says what it was taken for; `next` of each hit is the call that says more.',
      input: z.object({ text: z.string().min(1).describe('What the user has, as it is.') }),
      output: z.object({
        found: z.array(z.object({ hit: searchHitSchema, next: nextCall })),
        taken_for: z.array(z.string()),
        ...searchAnswerSchema.pick({ tried: true, more: true, notes: true, history: true }).shape,
        notice: z.string(),
      }),
      annotations: READS,
      async run({ text }) {
        const { data, taken_for, tried, more, notes, history } = await registry.search(text)
        return {
          found: data.map((hit) => ({ hit, next: toNextCall(hit) })),
          taken_for: taken_for.map(({ words }) => words),
          tried,
          more,
          notes,
          history,
          notice: NOTICE,
        }
      },
    },
    services,
  )
}
