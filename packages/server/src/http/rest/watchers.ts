import { heartbeatSchema, watcherSchema } from '@epr/model'
import * as z from 'zod'
import type { Watchers } from '../../registry/watchers.js'
import { parseJsonBody } from '../core/json-body.js'
import { API_PREFIX, defineRoute, type Route } from '../core/route.js'
import { dataOf, manyOf, READ_FAILURES, WRITE_FAILURES } from '../core/route-doc.js'
import { toDataResponse } from './answers.js'

/** What watchers say of themselves, and what is known of all of them. */
export function watcherRoutes(watchers: Watchers): Route[] {
  return [
    defineRoute(
      'put',
      `${API_PREFIX}/watchers/:name/:instance`,
      {
        summary: 'Say how a watcher is: its heartbeat, every ten seconds',
        description: `With a key only for watchers that are called as the key is, or so with a dot and more behind it: \`shop\` speaks
for \`shop\` and \`shop.deployer\`. 200 watchers are known at most; who has been silent for longest makes room.`,
        tag: 'operations',
        body: heartbeatSchema.meta({ id: 'Heartbeat' }),
        answer: dataOf(z.null()),
        failures: [...WRITE_FAILURES, 429],
      },
      async ({ params: { name, instance }, body, call }) => {
        await watchers.beat({ name, instance }, parseJsonBody(body).value, call)
        return toDataResponse(null)
      },
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/watchers`,
      {
        summary: 'The watchers that were heard within a week',
        tag: 'operations',
        isLarge: true,
        answer: manyOf(watcherSchema.meta({ id: 'Watcher' })),
        failures: READ_FAILURES,
      },
      async ({ call }) => toDataResponse(await watchers.find(call)),
    ),
  ]
}
