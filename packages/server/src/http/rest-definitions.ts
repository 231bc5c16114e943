import { stringifyJson } from '@epr/model'
import type { ReadGateStatus } from '../registry/gate-status.js'
import type { Groups } from '../registry/groups.js'
import type { Receivers } from '../registry/receivers.js'
import { GROUP_COLUMNS } from '../storage/groups.js'
import { RECEIVER_COLUMNS } from '../storage/receivers.js'
import type { Idempotency } from './idempotency.js'
import { parseJsonBody, toObjectBody } from './json-body.js'
import { definitionQuery, parseQuery, splitQuery, statusQuery } from './query-params.js'
import { type Route, toJsonResponse } from './request.js'
import { idAnswer, toListResponse } from './rest-answers.js'

export function receiverRoutes(receivers: Receivers, idempotency: Idempotency): Route[] {
  return [
    {
      method: 'post',
      path: '/receivers',
      operation: idempotency.protect(async ({ body }, toKeyClaim) => {
        const { fields, exact } = toObjectBody(parseJsonBody(body), 'schema')
        return idAnswer(
          await receivers.create(fields, exact, toKeyClaim && ((id) => toKeyClaim(idAnswer(id)))),
        )
      }),
    },
    {
      method: 'get',
      path: '/receivers',
      operation: async (request) => {
        const { page, filter } = splitQuery(parseQuery(definitionQuery, request.search))
        return toListResponse(request, await receivers.find(filter, page, RECEIVER_COLUMNS))
      },
    },
    {
      method: 'get',
      path: '/receivers/:id',
      operation: async ({ params }) =>
        toJsonResponse(stringifyJson({ data: [await receivers.get(params.id ?? '')] })),
    },
  ]
}

export function groupRoutes(groups: Groups, gateStatus: ReadGateStatus, idempotency: Idempotency): Route[] {
  return [
    {
      method: 'post',
      path: '/groups',
      operation: idempotency.protect(async ({ body }, toKeyClaim) => {
        const { value } = parseJsonBody(body)
        return idAnswer(await groups.create(value, toKeyClaim && ((id) => toKeyClaim(idAnswer(id)))))
      }),
    },
    {
      method: 'get',
      path: '/groups',
      operation: async (request) => {
        const { page, filter } = splitQuery(parseQuery(definitionQuery, request.search))
        return toListResponse(request, await groups.find(filter, page, GROUP_COLUMNS))
      },
    },
    {
      method: 'get',
      path: '/groups/:id',
      operation: async ({ params }) =>
        toJsonResponse(stringifyJson({ data: [await groups.get(params.id ?? '')] })),
    },
    {
      method: 'patch',
      path: '/groups/:id',
      operation: async ({ params, body }) => {
        const id = params.id ?? ''
        await groups.patch(id, parseJsonBody(body).value)
        return toJsonResponse(idAnswer(id))
      },
    },
    {
      method: 'get',
      path: '/groups/:id/status',
      operation: async ({ params, search }) => {
        const status = await gateStatus(params.id ?? '', parseQuery(statusQuery, search))
        return toJsonResponse(stringifyJson({ data: [status] }))
      },
    },
  ]
}
