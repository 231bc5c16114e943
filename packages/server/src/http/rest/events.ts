import {
  batchAnswerSchema,
  EprError,
  eventInputSchema,
  eventSchema,
  idAnswerSchema,
  MAX_BATCH_EVENTS,
  SEARCHED,
} from '@epr/model'
import * as z from 'zod'
import type { EventBody, Events } from '../../registry/events.js'
import type { JsonInput } from '../../registry/input.js'
import { mapInTurns } from '../../turns.js'
import {
  divideText,
  LONG_TEXT_CHARS,
  parseText,
  readElements,
  readObjectBody,
  toObjectBody,
} from '../core/json-body.js'
import { API_PREFIX, defineRoute, type Route } from '../core/route.js'
import { anyJson, manyOf, READ_FAILURES, WRITE_FAILURES } from '../core/route-doc.js'
import { toBatchResponse, toIdResponse, toListResponse, toOneResponse } from './answers.js'
import { eventQuery, parseQuery, splitQuery } from './query-params.js'
import { receiverBody } from './receivers.js'

const newEvent = eventInputSchema.extend({ payload: anyJson }).meta({ id: 'NewEvent' })
const eventBody = eventSchema
  .extend({ payload: anyJson, EventReceiver: receiverBody.optional() })
  .meta({ id: 'Event', description: 'An event got by id carries its receiver; lists leave it out.' })

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An element that is not an object is that element's fault alone. */
function toEventBody({ value, text }: JsonInput): EventBody {
  if (!isObject(value)) return { fields: value, payload: undefined }
  const { fields, exact } = toObjectBody({ value, text }, 'payload')
  return { fields, payload: exact }
}

async function toLongEventBody(text: string): Promise<EventBody> {
  const { fields, exact } = await divideText(text, 'payload')
  return { fields, payload: exact }
}

async function readBatch(body: Buffer): Promise<EventBody[]> {
  const texts = await readElements(body, MAX_BATCH_EVENTS)
  if (!texts || texts.length === 0) {
    throw new EprError('INVALID_ARGUMENT', `the body must be an array of 1 to ${MAX_BATCH_EVENTS} events`)
  }
  return mapInTurns(texts, 1, async (text) =>
    text.length > LONG_TEXT_CHARS ? toLongEventBody(text) : toEventBody(parseText(text)),
  )
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
        maxBody: 'payloads',
        answer: idAnswerSchema,
        failures: [...WRITE_FAILURES, 409],
      },
      async ({ body, call }) => {
        const read = readObjectBody(body, 'payload')
        // The one hot call: most bodies are not waited for.
        const { fields, exact: payload } = read instanceof Promise ? await read : read
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
        maxBody: 'payloads',
        answer: batchAnswerSchema,
        failures: [...WRITE_FAILURES, 409],
      },
      async ({ body, call }) => toBatchResponse(await events.createMany(await readBatch(body), call)),
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
