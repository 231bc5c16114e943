import {
  type DefinitionFilter,
  type EventFilter,
  MAX_PAGE_ROWS,
  type Page,
  type PageRequest,
  SEARCHED,
} from '@epr/model'
import type { GraphQLResolveInfo, SelectionSetNode } from 'graphql'
import { Kind } from 'graphql'
import type { Call } from '../../call.js'
import type { Registry } from '../../registry/registry.js'
import { parseLimit } from '../rest/query-params.js'
import type { LoadLimit } from './load-limit.js'
import { type JsonSource, toJsonInput, toPayload } from './scalars.js'

/** What resolvers of one request share. */
export interface GraphqlContext {
  call: Call
  load: LoadLimit
  /** Lists that were cut: response key → the id to go on after. */
  truncated: Record<string, string>
}

interface PageArgs {
  limit?: number | null
  after?: string | null
  order?: 'ASC' | 'DESC' | null
  created_after?: string | null
  created_before?: string | null
}

function toPage({ limit, after, order, created_after, created_before }: PageArgs): PageRequest {
  return {
    limit: parseLimit(limit ?? MAX_PAGE_ROWS),
    after: after ?? undefined,
    order: order === 'DESC' ? 'desc' : 'asc',
    created_after: created_after ?? undefined,
    created_before: created_before ?? undefined,
  }
}

/** How often a selection asks for each field: under how many response keys. The id is always there. */
function countSelected(info: GraphQLResolveInfo): Map<string, number> {
  const keys = new Map<string, Set<string>>([['id', new Set(['id'])]])
  const collect = (selectionSet: SelectionSetNode | undefined): void => {
    for (const selection of selectionSet?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        const { name, alias = name } = selection
        const known = keys.get(name.value)
        if (known) known.add(alias.value)
        else keys.set(name.value, new Set([alias.value]))
      } else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet)
      else collect(info.fragments[selection.name.value]?.selectionSet)
    }
  }
  for (const node of info.fieldNodes) collect(node.selectionSet)
  return new Map([...keys].map(([name, { size }]) => [name, size]))
}

/** Reads a page of those fields that are asked for, and notes for the answer when there are more rows. */
function readPage<Field extends string, Row extends { id: string }>(
  context: GraphqlContext,
  info: GraphQLResolveInfo,
  all: readonly Field[],
  find: (fields: Field[]) => Promise<Page<Row>>,
): Promise<Row[]> {
  const counts = countSelected(info)
  return context.load.read(counts, async () => {
    const { rows, more } = await find(all.filter((field) => counts.has(field)))
    const last = rows.at(-1)
    if (more && last) context.truncated[String(info.path.key)] = last.id
    return rows
  })
}

/** Reads the one object of an id. */
const readOne = <Row extends object>(
  { load }: GraphqlContext,
  info: GraphQLResolveInfo,
  get: () => Promise<Row>,
): Promise<Row[]> => load.read(countSelected(info), async () => [await get()])

function createQueries({ events, receivers, groups, gateStatus }: Registry) {
  return {
    events_by_id: ({ id }: { id: string }, context: GraphqlContext, info: GraphQLResolveInfo) =>
      readOne(context, info, async () => (await events.get(id, context.call)).event),
    event_receivers_by_id: ({ id }: { id: string }, context: GraphqlContext, info: GraphQLResolveInfo) =>
      readOne(context, info, () => receivers.get(id, context.call)),
    event_receiver_groups_by_id: (
      { id }: { id: string },
      context: GraphqlContext,
      info: GraphQLResolveInfo,
    ) => readOne(context, info, () => groups.get(id, context.call)),

    events: (
      { event, ...page }: PageArgs & { event: EventFilter },
      context: GraphqlContext,
      info: GraphQLResolveInfo,
    ) =>
      readPage(context, info, SEARCHED.event.fields, (fields) =>
        events.find({ filter: event, page: toPage(page), fields }, context.call),
      ),
    event_receivers: (
      { event_receiver, ...page }: PageArgs & { event_receiver: DefinitionFilter },
      context: GraphqlContext,
      info: GraphQLResolveInfo,
    ) =>
      readPage(context, info, SEARCHED.receiver.fields, (fields) =>
        receivers.find({ filter: event_receiver, page: toPage(page), fields }, context.call),
      ),
    event_receiver_groups: (
      { event_receiver_group, ...page }: PageArgs & { event_receiver_group: DefinitionFilter },
      context: GraphqlContext,
      info: GraphQLResolveInfo,
    ) =>
      readPage(context, info, SEARCHED.group.fields, (fields) =>
        groups.find({ filter: event_receiver_group, page: toPage(page), fields }, context.call),
      ),

    event_receiver_group_status: ({ id, nvrpp }: { id: string; nvrpp: object }, { call }: GraphqlContext) =>
      gateStatus(id, nvrpp, call),
  }
}

function createMutations({ events, receivers, groups }: Registry) {
  return {
    create_event: async (
      { event: { payload, ...fields } }: { event: { payload: JsonSource } },
      { call }: GraphqlContext,
    ) => events.create({ fields, payload: await toPayload(payload) }, call),
    create_event_receiver: (
      { event_receiver: { schema, ...fields } }: { event_receiver: { schema: JsonSource } },
      { call }: GraphqlContext,
    ) => receivers.create(fields, toJsonInput(schema), call),
    create_event_receiver_group: (
      { event_receiver_group }: { event_receiver_group: object },
      { call }: GraphqlContext,
    ) => groups.create(event_receiver_group, call),
    set_event_receiver_group_enabled: async ({ id }: { id: string }, { call }: GraphqlContext) => {
      await groups.setEnabled(id, true, call)
      return id
    },
    set_event_receiver_group_disabled: async ({ id }: { id: string }, { call }: GraphqlContext) => {
      await groups.setEnabled(id, false, call)
      return id
    },
  }
}

/** The resolvers of every root field, over the registry that REST uses too. */
export const createResolvers = (registry: Registry) => ({
  ...createQueries(registry),
  ...createMutations(registry),
})
