import {
  eventReceiverGroupInputSchema,
  eventReceiverGroupPatchSchema,
  eventReceiverGroupSchema,
  gateStatusSchema,
  idAnswerSchema,
  SEARCHED,
} from '@epr/model'
import type { ReadGateStatus } from '../../registry/gate-status.js'
import type { Groups } from '../../registry/groups.js'
import { parseJsonBody } from '../core/json-body.js'
import { API_PREFIX, defineRoute, type Route } from '../core/route.js'
import { manyOf, READ_FAILURES, WRITE_FAILURES } from '../core/route-doc.js'
import { toIdResponse, toListResponse, toOneResponse } from './answers.js'
import { definitionQuery, parseQuery, splitQuery, statusQuery } from './query-params.js'

const newGroup = eventReceiverGroupInputSchema.meta({ id: 'NewEventReceiverGroup' })
const groupBody = eventReceiverGroupSchema.meta({ id: 'EventReceiverGroup' })
const status = gateStatusSchema.meta({ id: 'EventReceiverGroupStatus' })

export function groupRoutes(groups: Groups, gateStatus: ReadGateStatus): Route[] {
  return [
    defineRoute(
      'post',
      `${API_PREFIX}/groups`,
      {
        summary: 'Create an event receiver group',
        tag: 'groups',
        body: newGroup,
        idempotent: true,
        answer: idAnswerSchema,
        failures: [...WRITE_FAILURES, 409],
      },
      async ({ body, call }) => toIdResponse(await groups.create(parseJsonBody(body).value, call)),
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/groups`,
      {
        summary: 'Search event receiver groups',
        tag: 'groups',
        isLarge: true,
        query: definitionQuery,
        answer: manyOf(groupBody),
        failures: [...READ_FAILURES, 400],
      },
      async (request) => {
        const { page, filter } = splitQuery(parseQuery(definitionQuery, request.search))
        const { fields } = SEARCHED.group
        return toListResponse(request, await groups.find({ filter, page, fields }, request.call))
      },
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/groups/:id`,
      {
        summary: 'Get an event receiver group',
        tag: 'groups',
        isLarge: true,
        answer: manyOf(groupBody),
        failures: [...READ_FAILURES, 404],
      },
      async ({ params, call }) => toOneResponse(await groups.get(params.id, call)),
    ),
    defineRoute(
      'patch',
      `${API_PREFIX}/groups/:id`,
      {
        summary: 'Enable or disable a group',
        tag: 'groups',
        body: eventReceiverGroupPatchSchema,
        answer: idAnswerSchema,
        failures: [...WRITE_FAILURES, 404],
      },
      async ({ params, body, call }) => {
        await groups.patch(params.id, parseJsonBody(body).value, call)
        return toIdResponse(params.id)
      },
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/groups/:id/status`,
      {
        summary: 'Where an artifact stands at a gate',
        tag: 'groups',
        isLarge: true,
        query: statusQuery,
        answer: manyOf(status),
        failures: [...READ_FAILURES, 400, 404],
      },
      async ({ params, search, call }) =>
        toOneResponse(await gateStatus(params.id, parseQuery(statusQuery, search), call)),
    ),
  ]
}
