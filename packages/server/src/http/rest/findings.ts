import { findingsSchema } from '@epr/model'
import type { ReadFindings } from '../../registry/findings.js'
import { API_PREFIX, defineRoute, type Route, toJsonResponse } from '../core/route.js'
import { READ_FAILURES } from '../core/route-doc.js'
import { findingsQuery, parseQuery } from './query-params.js'

export function findingsRoute(read: ReadFindings): Route {
  return defineRoute(
    'get',
    `${API_PREFIX}/findings`,
    {
      summary: 'What somebody should look after',
      description:
        'Gates that nobody can pass, because a receiver had no success while artifacts wait; receivers that nobody uses or that refuse more than they take; watchers that are silent or have put messages aside; publishing, feed and answers that are behind. Each with a sentence and what to do.',
      tag: 'operations',
      query: findingsQuery,
      answer: findingsSchema.meta({ id: 'Findings' }),
      failures: [...READ_FAILURES, 400, 503],
    },
    async ({ search, call }) =>
      toJsonResponse(JSON.stringify(await read(parseQuery(findingsQuery, search), call))),
  )
}
