import { batchAnswerSchema, EprError, idAnswerSchema, MAX_BATCH_EVENTS } from '@epr/model'
import * as z from 'zod'
import type { CloudEvents } from '../../registry/cloud-events/cloud-events.js'
import { API_PREFIX, defineRoute, type Handler, type Route } from '../core/route.js'
import { anyJson, READ_FAILURES, WRITE_FAILURES } from '../core/route-doc.js'
import { toBatchResponse, toIdResponse } from '../rest/answers.js'
import { cloudEventQuery, parseQuery } from '../rest/query-params.js'
import { readCloudEvents } from './read-cloud-events.js'

/**
 * HTTP 1.1 Web Hooks for Event Delivery 1.0.2, section 4: a sender asks whether it may deliver here. Whoever
 * reaches this server may write to it, so that the answer is yes, and there is no limit to how often.
 */
const allowDelivery: Handler = async ({ headers }) => {
  const origin = headers['webhook-request-origin']
  if (typeof origin !== 'string' || origin === '') {
    const problem = 'WebHook-Request-Origin is missing: name who wants to deliver, like events.example.com'
    throw new EprError('INVALID_ARGUMENT', problem)
  }
  return {
    status: 200,
    headers: { allow: 'POST', 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' },
    body: '',
  }
}

const cloudEvent = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string(),
    source: z.string().meta({ format: 'uri-reference' }),
    type: z.string(),
    subject: z.string().optional().meta({ description: 'A package URL names the artifact.' }),
    data: z.unknown(),
    eprname: z.string().optional(),
    eprversion: z.string().optional(),
    eprrelease: z.string().optional(),
    eprplatformid: z.string().optional(),
    eprpackage: z.string().optional(),
    eprsuccess: z.boolean().optional().meta({ default: true }),
  })
  .meta({ id: 'CloudEvent', description: 'CloudEvents 1.0 in the JSON format; it becomes the payload.' })

/** Takes CloudEvents 1.0 over HTTP, in binary, structured and batch mode. */
export function cloudEventRoutes(cloudEvents: CloudEvents): Route[] {
  return [
    defineRoute(
      'post',
      `${API_PREFIX}/cloudevents`,
      {
        summary: `Record a CloudEvent, or a batch of up to ${MAX_BATCH_EVENTS}, each by itself; source and id are recorded once`,
        tag: 'cloudevents',
        query: cloudEventQuery,
        headers: z.object({
          'ce-id': z
            .string()
            .optional()
            .meta({ description: 'Binary mode: an attribute, as all headers ce-….' }),
        }),
        body: {
          'application/cloudevents+json': cloudEvent,
          'application/cloudevents-batch+json': z.array(cloudEvent).max(MAX_BATCH_EVENTS),
          'application/json': anyJson.meta({ description: 'Binary mode: the data; of any media type.' }),
        },
        maxBody: 'payloads',
        answer: z.union([idAnswerSchema, batchAnswerSchema]),
        failures: [...WRITE_FAILURES, 409],
      },
      async (request) => {
        const { receiver } = parseQuery(cloudEventQuery, request.search)
        const read = await readCloudEvents(request)
        const { call } = request
        if ('one' in read) return toIdResponse(await cloudEvents.record(read.one, receiver, call))
        return toBatchResponse(await cloudEvents.recordMany(read.many, receiver, call))
      },
    ),
    defineRoute(
      'options',
      `${API_PREFIX}/cloudevents`,
      {
        summary: 'Ask whether CloudEvents may be delivered here (HTTP 1.1 Web Hooks for Event Delivery)',
        tag: 'cloudevents',
        headers: z.object({ 'WebHook-Request-Origin': z.string() }),
        failures: [...READ_FAILURES, 400],
      },
      allowDelivery,
    ),
  ]
}
