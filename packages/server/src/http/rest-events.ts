import { EprError, elementTexts, stringifyJson } from '@epr/model'
import type { BatchResult, EventBody, Events } from '../registry/events.js'
import { EVENT_COLUMNS } from '../storage/events.js'
import type { Idempotency } from './idempotency.js'
import { parseJsonBody, readObjectBody, toObjectBody } from './json-body.js'
import { eventQuery, parseQuery, splitQuery } from './query-params.js'
import { type Route, toJsonResponse } from './request.js'
import { idAnswer, toListResponse } from './rest-answers.js'

const MAX_BATCH = 1_000

function toEventBody(value: unknown, text: string): EventBody {
  const { fields, exact } = toObjectBody({ value, text }, 'payload')
  return { fields, payload: exact }
}

/** An element that is no object is that element's fault alone. */
function toEventBodies(body: Buffer): EventBody[] {
  const { value, text } = parseJsonBody(body)
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_BATCH) {
    throw new EprError('INVALID_ARGUMENT', `the body must be an array of 1 to ${MAX_BATCH} events`)
  }
  const texts = elementTexts(text)
  return value.map((element: unknown, index) => {
    const isObject = typeof element === 'object' && element !== null && !Array.isArray(element)
    return isObject ? toEventBody(element, texts[index] ?? '') : { fields: element, payload: undefined }
  })
}

const batchAnswer = (results: BatchResult[]): string => JSON.stringify({ data: results })

export function eventRoutes(events: Events, idempotency: Idempotency): Route[] {
  return [
    {
      method: 'post',
      path: '/events',
      operation: idempotency.protect(async ({ body }, toKeyClaim) => {
        const { fields, exact: payload } = readObjectBody(body, 'payload')
        return idAnswer(
          await events.create({ fields, payload }, toKeyClaim && ((id) => toKeyClaim(idAnswer(id)))),
        )
      }),
    },
    {
      method: 'post',
      path: '/events/batch',
      operation: idempotency.protect(async ({ body }, toKeyClaim) => {
        const toClaim = toKeyClaim && ((results: BatchResult[]) => toKeyClaim(batchAnswer(results)))
        return batchAnswer(await events.createMany(toEventBodies(body), toClaim))
      }),
    },
    {
      method: 'get',
      path: '/events',
      operation: async (request) => {
        const { page, filter } = splitQuery(parseQuery(eventQuery, request.search))
        return toListResponse(request, await events.find(filter, page, EVENT_COLUMNS))
      },
    },
    {
      method: 'get',
      path: '/events/:id',
      operation: async ({ params }) => {
        const { event, receiver } = await events.get(params.id ?? '')
        return toJsonResponse(stringifyJson({ data: [{ ...event, EventReceiver: receiver }] }))
      },
    },
  ]
}
