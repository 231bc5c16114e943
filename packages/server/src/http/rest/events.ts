import {
  batchAnswerSchema,
  EprError,
  elementTexts,
  eventInputSchema,
  eventSchema,
  idAnswerSchema,
  MAX_BATCH_EVENTS,
  SEARCHED,
} from '@epr/model'
import * as z from 'zod'
import type { EventBody, Events } from '../../registry/events.js'
import { parseJsonBody, readObjectBody, toObjectBody } from '../core/json-body.js'
import { API_PREFIX, defineRoute, type Route } from '../core/route.js'
import { anyJson, manyOf, READ_FAILURES, WRITE_FAILURES } from '../core/route-doc.js'
import { toBatchResponse, toIdResponse, toListResponse, toOneResponse } from './answers.js'
import { eventQuery, parseQuery, splitQuery } from './query-params.js'
import { receiverBody } from './receivers.js'

const newEvent = eventInputSchema.extend({ payload: anyJson }).meta({ id: 'NewEvent' })
const eventBody = eventSchema
  .extend({ payload: anyJson, EventReceiver: receiverBody.optional() })
  .meta({ id: 'Event', description: 'An event got by id carries its receiver; lists leave it out.' })

function toEventBody(value: unknown, text: string): EventBody {
  const { fields, exact } = toObjectBody({ value, text }, 'payload')
  return { fields, payload: exact }
}

/** An element that is not an object is that element's fault alone. */
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
    defineRoute(
      'post',
      `${API_PREFIX}/events`,
      {
        summary: 'Record an event',
        tag: 'events',
        body: newEvent,
        idempotent: true,
        answer: idAnswerSchema,
        failures: [...WRITE_FAILURES, 409],
      },
      async ({ body, call }) => {
        const { fields, exact: payload } = readObjectBody(body, 'payload')
        return toIdResponse(await events.create({ fields, payload }, call))
      },
    ),
    defineRoute(
      'post',
      `${API_PREFIX}/events/batch`,
      {
        summary: `Record 1 to ${MAX_BATCH_EVENTS} events, each by itself`,
        tag: 'events',
        body: z.array(newEvent).min(1).max(MAX_BATCH_EVENTS),
        idempotent: true,
        answer: batchAnswerSchema,
        failures: [...WRITE_FAILURES, 409],
      },
      async ({ body, call }) => toBatchResponse(await events.createMany(toEventBodies(body), call)),
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/events`,
      {
        summary: 'Search events',
        tag: 'events',
        isLarge: true,
        query: eventQuery,
        answer: manyOf(eventBody),
        failures: [...READ_FAILURES, 400],
      },
      async (request) => {
        const { page, filter } = splitQuery(parseQuery(eventQuery, request.search))
        const { fields } = SEARCHED.event
        return toListResponse(request, await events.find({ filter, page, fields }, request.call))
      },
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/events/:id`,
      {
        summary: 'Get an event with its receiver',
        tag: 'events',
        isLarge: true,
        answer: manyOf(eventBody),
        failures: [...READ_FAILURES, 404],
      },
      async ({ params, call }) => {
        const { event, receiver } = await events.get(params.id, call)
        return toOneResponse({ ...event, EventReceiver: receiver })
      },
    ),
  ]
}
