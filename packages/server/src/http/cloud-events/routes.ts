import { EprError } from '@epr/model'
import type { CloudEvents } from '../../registry/cloud-events/cloud-events.js'
import { toCall } from '../core/call.js'
import type { RestRequest, RestResponse, Route } from '../core/route.js'
import { toBatchResponse, toIdResponse } from '../rest/answers.js'
import { cloudEventQuery, parseQuery } from '../rest/query-params.js'
import { readCloudEvents } from './read-cloud-events.js'

/**
 * HTTP 1.1 Web Hooks for Event Delivery 1.0.2, section 4: a sender asks whether it may deliver here. Whoever
 * reaches this server may write to it, so that the answer is yes, and there is no limit to how often.
 */
async function allowDelivery({ headers }: RestRequest): Promise<RestResponse> {
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

/** Takes CloudEvents 1.0 over HTTP, in binary, structured and batch mode. */
export function cloudEventRoutes(cloudEvents: CloudEvents): Route[] {
  return [
    {
      method: 'post',
      path: '/cloudevents',
      operation: async (request) => {
        const { receiver } = parseQuery(cloudEventQuery, request.search)
        const read = readCloudEvents(request)
        const call = toCall(request)
        if ('one' in read) return toIdResponse(await cloudEvents.record(read.one, receiver, call))
        return toBatchResponse(await cloudEvents.recordMany(read.many, receiver, call))
      },
    },
    { method: 'options', path: '/cloudevents', operation: allowDelivery },
  ]
}
