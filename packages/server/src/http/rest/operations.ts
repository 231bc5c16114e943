import { operationsSchema } from '@epr/model'
import type { ReadOperations } from '../../registry/operations.js'
import { API_PREFIX, defineRoute, type Route } from '../core/route.js'
import { dataOf, READ_FAILURES } from '../core/route-doc.js'
import { toDataResponse } from './answers.js'

export function operationsRoute(read: ReadOperations): Route {
  return defineRoute(
    'get',
    `${API_PREFIX}/operations`,
    {
      summary: 'How the registry goes: intake, feed, relay, database, watchers',
      tag: 'operations',
      answer: dataOf(operationsSchema.meta({ id: 'Operations' })),
      failures: READ_FAILURES,
    },
    async ({ call }) => toDataResponse(await read(call)),
  )
}
