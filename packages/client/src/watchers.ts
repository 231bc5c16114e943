import { type Heartbeat, type WatcherState, watcherSchema } from '@epr/model'
import * as z from 'zod'
import { parseAnswer, toSegment } from './http/answer.js'
import { toJsonBody } from './http/json-body.js'
import { API_PREFIX, type Rest } from './http/rest.js'
import type { CallOptions } from './options.js'

/** What the server knows of watchers: `client.watchers`. */
export interface Watchers {
  /** All that were heard within a week, by name; `silent_since` says of one that it was not heard for a minute. */
  list(options?: CallOptions): Promise<WatcherState[]>
  /**
   * Says how a watcher is, as `@epr/watcher` does every ten seconds.
   *
   * @throws ApiError PERMISSION_DENIED for a name that is not the caller's; RATE_LIMITED when too many watchers are heard
   */
  beat(name: string, instance: string, heartbeat: Heartbeat, options?: CallOptions): Promise<void>
}

const listSchema = z.object({ data: z.array(watcherSchema) })

export function createWatchers(rest: Rest): Watchers {
  return {
    async list(options) {
      const answer = await rest.call('GET', `${API_PREFIX}/watchers`, undefined, options)
      return parseAnswer(listSchema, answer.json, answer).data
    },
    async beat(name, instance, heartbeat, options) {
      const path = `${API_PREFIX}/watchers/${toSegment(name)}/${toSegment(instance)}`
      await rest.call('PUT', path, toJsonBody(heartbeat), options)
    },
  }
}
