import { EprError, elementTexts, MAX_BATCH_EVENTS, SEARCHED, stringifyJson } from '@epr/model'
import type { EventBody, Events } from '../../registry/events.js'
import { toCall, toCreatingCall } from '../core/call.js'
import { parseJsonBody, readObjectBody, toObjectBody } from '../core/json-body.js'
import { type Route, toJsonResponse } from '../core/route.js'
import { toBatchResponse, toIdResponse, toListResponse } from './answers.js'
import { eventQuery, parseQuery, splitQuery } from './query-params.js'

function toEventBody(value: unknown, text: string): EventBody {
  const { fields, exact } = toObjectBody({ value, text }, 'payload')
  return { fields, payload: exact }
}

/** An element that is no object is that element's fault alone. */
function toEventBodies(body: Buffer): EventBody[] {
  const { value, text } = parseJsonBody(body)
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_BATCH_EVENTS) {
    throw new EprError('INVALID_ARGUMENT', `the body must be an array of 1 to ${MAX_BATCH_EVENTS} events`)
  }
  const texts = elementTexts(text)
  return value.map((element: unknown, index) => {
    const isObject = typeof element === 'object' && element !== null && !Array.isArray(element)
    return isObject ? toEventBody(element, texts[index] ?? '') : { fields: element, payload: undefined }
  })
}

export function eventRoutes(events: Events): Route[] {
  return [
    {
      method: 'post',
      path: '/events',
      operation: async (request) => {
        const { fields, exact: payload } = readObjectBody(request.body, 'payload')
        return toIdResponse(await events.create({ fields, payload }, toCreatingCall(request)))
      },
    },
    {
      method: 'post',
      path: '/events/batch',
      operation: async (request) =>
        toBatchResponse(await events.createMany(toEventBodies(request.body), toCreatingCall(request))),
    },
    {
      method: 'get',
      path: '/events',
      operation: async (request) => {
        const { page, filter } = splitQuery(parseQuery(eventQuery, request.search))
        return toListResponse(
          request,
          await events.find({ filter, page, fields: SEARCHED.event.fields }, toCall(request)),
        )
      },
    },
    {
      method: 'get',
      path: '/events/:id',
      operation: async (request) => {
        const { event, receiver } = await events.get(request.params.id ?? '', toCall(request))
        return toJsonResponse(stringifyJson({ data: [{ ...event, EventReceiver: receiver }] }))
      },
    },
  ]
}
