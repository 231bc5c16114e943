import type { ToolRegistry, ToolSearch } from '@epr/mcp-tools'
import { type PageRequest, resolveName } from '@epr/model'
import type { Call } from '../../call.js'
import type { JsonInput } from '../../registry/input.js'
import type { Registry } from '../../registry/registry.js'

const toPage = ({ limit, order = 'asc', after, created_after, created_before }: ToolSearch<string>) =>
  ({ limit, order, after, created_after, created_before }) satisfies PageRequest

const toJsonInput = (value: unknown): JsonInput => ({ value, text: JSON.stringify(value) })

/** The registry as tools use it, with the rights of whoever calls: the use cases, as of all ways in. */
export function registryOfCall(registry: Registry, call: Call): ToolRegistry {
  const { events, receivers, groups, gateStatus, gateArtifacts, artifacts, delivery } = registry
  return {
    events: {
      create: ({ payload, ...fields }) => events.create({ fields, payload: toJsonInput(payload) }, call),
      async get(id) {
        const { event, receiver } = await events.get(id, call)
        return { ...event, EventReceiver: receiver }
      },
      async find(filter, search) {
        const { rows } = await events.find({ filter, page: toPage(search), fields: search.fields }, call)
        return rows
      },
    },
    receivers: {
      create: ({ schema, ...fields }) => receivers.create(fields, toJsonInput(schema), call),
      get: (id) => receivers.get(id, call),
      async find(filter, search) {
        const { rows } = await receivers.find({ filter, page: toPage(search), fields: search.fields }, call)
        return rows
      },
    },
    groups: {
      create: (group) => groups.create(group, call),
      get: (id) => groups.get(id, call),
      async find(filter, search) {
        const { rows } = await groups.find({ filter, page: toPage(search), fields: search.fields }, call)
        return rows
      },
      resolve: (name) =>
        resolveName('group', name, async (filter) => {
          const page = { limit: MAX_NAMESAKES, order: 'asc' } as const
          return (await groups.find({ filter, page, fields: ['id', 'name', 'version'] }, call)).rows
        }),
      status: (id, nvrpp) => gateStatus(id, nvrpp, call),
      artifacts: (id, { state, ...query }) =>
        gateArtifacts(id, { ...query, states: state, superseded: false }, call),
    },
    artifacts: { gates: (nvrpp) => artifacts.gates(nvrpp, call) },
    components: { search: (q, page) => registry.findComponents({ q, ...page }, call) },
    delivery: {
      measure: ({ time_zone: timeZone, ...query }) => delivery.measure({ ...query, timeZone }, call),
      events: (metric, query) => delivery.events({ metric, ...query }, call),
    },
    search: (text) => registry.search(text, call),
  }
}

/** More groups of one name than anybody chooses from. */
const MAX_NAMESAKES = 100
