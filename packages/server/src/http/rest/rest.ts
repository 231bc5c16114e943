import type { Feed } from '../../feed/feed.js'
import type { Registry } from '../../registry/registry.js'
import type { Route } from '../core/route.js'
import { groupRoutes, receiverRoutes } from './definitions.js'
import { eventRoutes } from './events.js'
import { messageRoutes } from './messages.js'

/** All REST has, below this path. */
export const API_PREFIX = '/api/v1'

/** Told on every answer, so that a client knows which of our additions it may use. */
export const FEATURES = 'idempotency-key, batch, cursor, feed, group-status'

/** Every route of the REST API. The core knows no framework: adapters mount this table. */
export function createRoutes(registry: Registry, feed: Feed): Route[] {
  return [
    ...receiverRoutes(registry.receivers),
    ...groupRoutes(registry.groups, registry.gateStatus),
    ...eventRoutes(registry.events),
    ...messageRoutes(feed),
  ]
}
