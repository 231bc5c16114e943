import { eventReceiverInputSchema, eventReceiverSchema, idAnswerSchema, SEARCHED } from '@epr/model'
import type { Receivers } from '../../registry/receivers.js'
import { parseJsonBody, toObjectBody } from '../core/json-body.js'
import { API_PREFIX, defineRoute, type Route } from '../core/route.js'
import { manyOf, READ_FAILURES, schemaField, WRITE_FAILURES } from '../core/route-doc.js'
import { toIdResponse, toListResponse, toOneResponse } from './answers.js'
import { definitionQuery, parseQuery, splitQuery } from './query-params.js'

const newReceiver = eventReceiverInputSchema.extend({ schema: schemaField }).meta({ id: 'NewEventReceiver' })
export const receiverBody = eventReceiverSchema.extend({ schema: schemaField }).meta({ id: 'EventReceiver' })

/** A schema has at most 1,048,576 characters; it is parsed here as a whole. */
export const SCHEMA_BODY_BYTES = 2 * 1024 * 1024

export function receiverRoutes(receivers: Receivers): Route[] {
  return [
    defineRoute(
      'post',
      `${API_PREFIX}/receivers`,
      {
        summary: 'Create an event receiver',
        tag: 'receivers',
        body: newReceiver,
        idempotent: true,
        maxBody: SCHEMA_BODY_BYTES,
        answer: idAnswerSchema,
        failures: [...WRITE_FAILURES, 409],
      },
      async ({ body, call }) => {
        const { fields, exact } = toObjectBody(parseJsonBody(body), 'schema')
        return toIdResponse(await receivers.create(fields, exact, call))
      },
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/receivers`,
      {
        summary: 'Search event receivers',
        tag: 'receivers',
        isLarge: true,
        query: definitionQuery,
        answer: manyOf(receiverBody),
        failures: [...READ_FAILURES, 400],
      },
      async (request) => {
        const { page, filter } = splitQuery(parseQuery(definitionQuery, request.search))
        const { fields } = SEARCHED.receiver
        return toListResponse(request, await receivers.find({ filter, page, fields }, request.call))
      },
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/receivers/:id`,
      {
        summary: 'Get an event receiver',
        tag: 'receivers',
        isLarge: true,
        answer: manyOf(receiverBody),
        failures: [...READ_FAILURES, 404],
      },
      async ({ params, call }) => toOneResponse(await receivers.get(params.id, call)),
    ),
  ]
}
