import { foundComponentsSchema } from '@epr/model'
import type { FindComponents } from '../../registry/components.js'
import { API_PREFIX, defineRoute, type Route, toJsonResponse } from '../core/route.js'
import { READ_FAILURES } from '../core/route-doc.js'
import { componentsQuery, parseQuery } from './query-params.js'

export function componentsRoute(find: FindComponents): Route {
  return defineRoute(
    'get',
    `${API_PREFIX}/components`,
    {
      summary: 'Which artifacts have a component',
      description:
        'From payloads that are SBOMs, whatever their receiver: CycloneDX and SPDX 2 as JSON. Of an artifact, the newest SBOM of each receiver counts. Kept behind the commit: the answer is as of its `cursor`, and `unread` says which SBOMs are not in it.',
      tag: 'components',
      isLarge: true,
      query: componentsQuery,
      answer: foundComponentsSchema.meta({ id: 'FoundComponents' }),
      failures: [...READ_FAILURES, 400, 503],
    },
    async ({ search, call }) =>
      toJsonResponse(JSON.stringify(await find(parseQuery(componentsQuery, search), call))),
  )
}
