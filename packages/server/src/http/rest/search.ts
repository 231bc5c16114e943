import { searchAnswerSchema } from '@epr/model'
import type { Search } from '../../registry/search.js'
import { API_PREFIX, defineRoute, type Route, toJsonResponse } from '../core/route.js'
import { READ_FAILURES } from '../core/route-doc.js'
import { parseQuery, searchQuery } from './query-params.js'

export function searchRoute(search: Search): Route {
  return defineRoute(
    'get',
    `${API_PREFIX}/search`,
    {
      summary: 'What a text names',
      description:
        'For whoever has a text and not its kind: `taken_for` says what it was taken for, and when nothing is found, `tried` says what was looked for. Each hit has the `path` of what says more. Names of artifacts are compared with capitals as they are.',
      tag: 'search',
      query: searchQuery,
      answer: searchAnswerSchema.meta({ id: 'SearchAnswer' }),
      failures: [...READ_FAILURES, 400, 503],
    },
    async ({ search: query, call }) =>
      toJsonResponse(JSON.stringify(await search(parseQuery(searchQuery, query).q, call))),
  )
}
