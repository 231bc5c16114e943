import {
  eventReceiverGroupInputSchema,
  eventReceiverGroupPatchSchema,
  eventReceiverGroupSchema,
  gateArtifactsSchema,
  gateStatusSchema,
  idAnswerSchema,
  SEARCHED,
} from '@epr/model'
import type { Registry } from '../../registry/registry.js'
import { parseJsonBody } from '../core/json-body.js'
import { API_PREFIX, defineRoute, type Route, toJsonResponse } from '../core/route.js'
import { manyOf, READ_FAILURES, WRITE_FAILURES } from '../core/route-doc.js'
import { toIdResponse, toListResponse, toOneResponse } from './answers.js'
import { definitionQuery, gateArtifactsQuery, parseQuery, splitQuery, statusQuery } from './query-params.js'

const newGroup = eventReceiverGroupInputSchema.meta({ id: 'NewEventReceiverGroup' })
const groupBody = eventReceiverGroupSchema.meta({ id: 'EventReceiverGroup' })
const status = gateStatusSchema.meta({ id: 'EventReceiverGroupStatus' })

type Gates = Pick<Registry, 'groups' | 'gateStatus' | 'gateArtifacts'>

export function groupRoutes({ groups, gateStatus, gateArtifacts }: Gates): Route[] {
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
    defineRoute(
      'get',
      `${API_PREFIX}/groups/:id/artifacts`,
      {
        summary: 'Which artifacts stand at a gate, and where',
        description:
          'Kept behind the commit: the answer is as of its `cursor`. Artifacts that a newer one of the same name, platform and package has superseded, by being open here at any time, are left out unless they are asked for. A page may be short of its limit, and still have a `next`.',
        tag: 'groups',
        isLarge: true,
        query: gateArtifactsQuery,
        answer: gateArtifactsSchema.meta({ id: 'GateArtifacts' }),
        failures: [...READ_FAILURES, 400, 404, 503],
      },
      async ({ params, search, call }) => {
        const { state: states, ...query } = parseQuery(gateArtifactsQuery, search)
        return toJsonResponse(JSON.stringify(await gateArtifacts(params.id, { ...query, states }, call)))
      },
    ),
  ]
}
