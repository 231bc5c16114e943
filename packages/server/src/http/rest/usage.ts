import { receiversUsageSchema } from '@epr/model'
import type { ReadUsage } from '../../registry/usage.js'
import { API_PREFIX, defineRoute, type Route, toJsonResponse } from '../core/route.js'
import { READ_FAILURES } from '../core/route-doc.js'
import { parseQuery, usageQuery } from './query-params.js'

/** Before `/receivers/{id}`, which would take `usage` for an id. */
export function usageRoute(read: ReadUsage): Route {
  return defineRoute(
    'get',
    `${API_PREFIX}/receivers/usage`,
    {
      summary: 'What receivers get and refuse, and who waits for it',
      description:
        'By days, in UTC. Kept behind the commit: the answer is as of its `cursor`. `warnings` says what is odd: `unused` had no event in that time and is a day old at least, `refusing` refused more than it took, `failing` had no success among its events, `anything` has a schema that every payload satisfies.',
      tag: 'receivers',
      query: usageQuery,
      answer: receiversUsageSchema.meta({ id: 'ReceiversUsage' }),
      failures: [...READ_FAILURES, 400, 503],
    },
    async ({ search, call }) =>
      toJsonResponse(JSON.stringify(await read(parseQuery(usageQuery, search), call))),
  )
}
