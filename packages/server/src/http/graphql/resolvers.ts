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
import { type JsonSource, toJsonInput } from './scalars.js'

/** What resolvers of one request share. */
export interface GraphqlContext {
  call: Call
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

/** The fields that a selection asks for; what is not asked for is not read. The id is always there. */
function selectedFields<Field extends string>(info: GraphQLResolveInfo, all: readonly Field[]): Field[] {
  const names = new Set<string>(['id'])
  const collect = (selectionSet: SelectionSetNode | undefined): void => {
    for (const selection of selectionSet?.selections ?? []) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value)
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet)
      else collect(info.fragments[selection.name.value]?.selectionSet)
    }
  }
  for (const node of info.fieldNodes) collect(node.selectionSet)
  return all.filter((field) => names.has(field))
}

/** Gives a page's rows, and notes for the answer when there are more. */
function toRows<Row extends { id: string }>(
  { rows, more }: Page<Row>,
  context: GraphqlContext,
  info: GraphQLResolveInfo,
): Row[] {
  const last = rows.at(-1)
  if (more && last) context.truncated[String(info.path.key)] = last.id
  return rows
}

function createQueries({ events, receivers, groups, gateStatus }: Registry) {
  return {
    events_by_id: async ({ id }: { id: string }, { call }: GraphqlContext) => [
      (await events.get(id, call)).event,
    ],
    event_receivers_by_id: async ({ id }: { id: string }, { call }: GraphqlContext) => [
      await receivers.get(id, call),
    ],
    event_receiver_groups_by_id: async ({ id }: { id: string }, { call }: GraphqlContext) => [
      await groups.get(id, call),
    ],

    events: async (
      { event, ...page }: PageArgs & { event: EventFilter },
      context: GraphqlContext,
      info: GraphQLResolveInfo,
    ) =>
      toRows(
        await events.find(
          { filter: event, page: toPage(page), fields: selectedFields(info, SEARCHED.event.fields) },
          context.call,
        ),
        context,
        info,
      ),
    event_receivers: async (
      { event_receiver, ...page }: PageArgs & { event_receiver: DefinitionFilter },
      context: GraphqlContext,
      info: GraphQLResolveInfo,
    ) =>
      toRows(
        await receivers.find(
          {
            filter: event_receiver,
            page: toPage(page),
            fields: selectedFields(info, SEARCHED.receiver.fields),
          },
          context.call,
        ),
        context,
        info,
      ),
    event_receiver_groups: async (
      { event_receiver_group, ...page }: PageArgs & { event_receiver_group: DefinitionFilter },
      context: GraphqlContext,
      info: GraphQLResolveInfo,
    ) =>
      toRows(
        await groups.find(
          {
            filter: event_receiver_group,
            page: toPage(page),
            fields: selectedFields(info, SEARCHED.group.fields),
          },
          context.call,
        ),
        context,
        info,
      ),

    event_receiver_group_status: ({ id, nvrpp }: { id: string; nvrpp: object }, { call }: GraphqlContext) =>
      gateStatus(id, nvrpp, call),
  }
}

function createMutations({ events, receivers, groups }: Registry) {
  return {
    create_event: (
      { event: { payload, ...fields } }: { event: { payload: JsonSource } },
      { call }: GraphqlContext,
    ) => events.create({ fields, payload: toJsonInput(payload) }, call),
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
