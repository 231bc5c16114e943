import {
  deliveryEventsSchema,
  deliveryRulesSchema,
  deliverySchema,
  keptDeliveryRulesSchema,
} from '@epr/model'
import type { DeliveryAnswers } from '../../registry/delivery.js'
import { parseJsonBody } from '../core/json-body.js'
import { API_PREFIX, defineRoute, type Route, toJsonResponse } from '../core/route.js'
import { dataOf, manyOf, READ_FAILURES, WRITE_FAILURES } from '../core/route-doc.js'
import { toDataResponse } from './answers.js'
import { deliveryEventsQuery, deliveryQuery, parseQuery } from './query-params.js'

export function deliveryRoutes(delivery: DeliveryAnswers): Route[] {
  const kept = keptDeliveryRulesSchema.meta({ id: 'KeptDeliveryRules' })
  return [
    defineRoute(
      'get',
      `${API_PREFIX}/delivery`,
      {
        summary: 'How well is delivered',
        description:
          'Deployments, lead time, change failures, time to restore, and the waiting at gates, by the rules that the answer shows. Times are those of recording. Kept behind the commit: the answer is as of its `cursor`, and is given again to whoever asks the same within 5 s.',
        tag: 'delivery',
        isLarge: true,
        query: deliveryQuery,
        answer: dataOf(deliverySchema.meta({ id: 'Delivery' })),
        failures: [...READ_FAILURES, 400, 503],
      },
      async ({ search, call }) => {
        const { time_zone: timeZone, ...request } = parseQuery(deliveryQuery, search)
        return toDataResponse(await delivery.measure({ ...request, timeZone }, call))
      },
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/delivery/events`,
      {
        summary: 'The events that a number of the delivery was made of',
        description: 'The last one first.',
        tag: 'delivery',
        isLarge: true,
        query: deliveryEventsQuery,
        answer: deliveryEventsSchema.meta({ id: 'DeliveryEvents' }),
        failures: [...READ_FAILURES, 400, 503],
      },
      async ({ search, call }) =>
        toJsonResponse(JSON.stringify(await delivery.events(parseQuery(deliveryEventsQuery, search), call))),
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/delivery/rules`,
      {
        summary: 'What counts as a deployment, a failure, its end, a change',
        description: 'All versions, the newest first: it holds.',
        tag: 'delivery',
        answer: manyOf(kept),
        failures: READ_FAILURES,
      },
      async ({ call }) => toDataResponse(await delivery.rules(call)),
    ),
    defineRoute(
      'put',
      `${API_PREFIX}/delivery/rules`,
      {
        summary: 'Add a version of the rules, by which all is computed anew',
        tag: 'delivery',
        body: deliveryRulesSchema.meta({ id: 'DeliveryRules' }),
        answer: dataOf(kept),
        failures: WRITE_FAILURES,
      },
      async ({ body, call }) => toDataResponse(await delivery.setRules(parseJsonBody(body).value, call)),
    ),
  ]
}
