import { SEARCHED, stringifyJson } from '@epr/model'
import type { ReadGateStatus } from '../../registry/gate-status.js'
import type { Groups } from '../../registry/groups.js'
import type { Receivers } from '../../registry/receivers.js'
import { toCall, toCreatingCall } from '../core/call.js'
import { parseJsonBody, toObjectBody } from '../core/json-body.js'
import { type Route, toJsonResponse } from '../core/route.js'
import { toIdResponse, toListResponse } from './answers.js'
import { definitionQuery, parseQuery, splitQuery, statusQuery } from './query-params.js'

export function receiverRoutes(receivers: Receivers): Route[] {
  return [
    {
      method: 'post',
      path: '/receivers',
      operation: async (request) => {
        const { fields, exact } = toObjectBody(parseJsonBody(request.body), 'schema')
        return toIdResponse(await receivers.create(fields, exact, toCreatingCall(request)))
      },
    },
    {
      method: 'get',
      path: '/receivers',
      operation: async (request) => {
        const { page, filter } = splitQuery(parseQuery(definitionQuery, request.search))
        return toListResponse(
          request,
          await receivers.find({ filter, page, fields: SEARCHED.receiver.fields }, toCall(request)),
        )
      },
    },
    {
      method: 'get',
      path: '/receivers/:id',
      operation: async (request) => {
        const receiver = await receivers.get(request.params.id ?? '', toCall(request))
        return toJsonResponse(stringifyJson({ data: [receiver] }))
      },
    },
  ]
}

export function groupRoutes(groups: Groups, gateStatus: ReadGateStatus): Route[] {
  return [
    {
      method: 'post',
      path: '/groups',
      operation: async (request) =>
        toIdResponse(await groups.create(parseJsonBody(request.body).value, toCreatingCall(request))),
    },
    {
      method: 'get',
      path: '/groups',
      operation: async (request) => {
        const { page, filter } = splitQuery(parseQuery(definitionQuery, request.search))
        return toListResponse(
          request,
          await groups.find({ filter, page, fields: SEARCHED.group.fields }, toCall(request)),
        )
      },
    },
    {
      method: 'get',
      path: '/groups/:id',
      operation: async (request) => {
        const group = await groups.get(request.params.id ?? '', toCall(request))
        return toJsonResponse(stringifyJson({ data: [group] }))
      },
    },
    {
      method: 'patch',
      path: '/groups/:id',
      operation: async (request) => {
        const id = request.params.id ?? ''
        await groups.patch(id, parseJsonBody(request.body).value, toCall(request))
        return toIdResponse(id)
      },
    },
    {
      method: 'get',
      path: '/groups/:id/status',
      operation: async (request) => {
        const nvrpp = parseQuery(statusQuery, request.search)
        const status = await gateStatus(request.params.id ?? '', nvrpp, toCall(request))
        return toJsonResponse(stringifyJson({ data: [status] }))
      },
    },
  ]
}
