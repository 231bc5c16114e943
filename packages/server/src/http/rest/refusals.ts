import { REFUSAL_LIMITS, refusalsSchema } from '@epr/model'
import type { RefusedPayloads } from '../../registry/refusals.js'
import { API_PREFIX, defineRoute, type Route } from '../core/route.js'
import { dataOf, READ_FAILURES } from '../core/route-doc.js'
import { toDataResponse } from './answers.js'
import { parseQuery, refusalsQuery } from './query-params.js'

const { paths, samples, days } = REFUSAL_LIMITS

export function refusalsRoute(refusals: RefusedPayloads): Route {
  return defineRoute(
    'get',
    `${API_PREFIX}/receivers/:id/refusals`,
    {
      summary: "Where payloads broke a receiver's schema, and how often",
      description: `Counted in memory and written every ten seconds: a server that crashes loses what was refused since. ${paths} places
of a receiver and an hour are told apart, the rest is \`other\`; an element of an array is \`-\`. A payload that is wrong in several
places counts at each, in ten at most. The newest ${samples} samples of a receiver are kept, without their payloads, and all of it
for ${days} days.`,
      tag: 'receivers',
      query: refusalsQuery,
      answer: dataOf(refusalsSchema.meta({ id: 'Refusals' })),
      failures: [...READ_FAILURES, 400, 404],
    },
    async ({ params, search, call }) => {
      const { hours } = parseQuery(refusalsQuery, search)
      return toDataResponse(await refusals.find(params.id, hours, call))
    },
  )
}
