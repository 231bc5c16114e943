import type { Feed } from '../../feed/feed.js'
import type { Registry } from '../../registry/registry.js'
import type { Route } from '../core/route.js'
import { artifactRoutes } from './artifacts.js'
import { componentsRoute } from './components.js'
import { deliveryRoutes } from './delivery.js'
import { eventRoutes } from './events.js'
import { groupRoutes } from './groups.js'
import { messageRoutes } from './messages.js'
import { receiverRoutes } from './receivers.js'
import { refusalsRoute } from './refusals.js'
import { schemaCheckRoutes } from './schema-checks.js'
import { searchRoute } from './search.js'
import type { EventStreams } from './server-sent-events.js'
import { usageRoute } from './usage.js'
import { watcherRoutes } from './watchers.js'

/** Every route of the REST API. They know no framework. */
export function restRoutes(registry: Registry, feed: Feed, streams: EventStreams): Route[] {
  return [
    usageRoute(registry.usage),
    ...receiverRoutes(registry.receivers),
    ...schemaCheckRoutes(registry.schemaChecks),
    ...groupRoutes(registry),
    ...artifactRoutes(registry.artifacts),
    componentsRoute(registry.findComponents),
    searchRoute(registry.search),
    ...deliveryRoutes(registry.delivery),
    ...eventRoutes(registry.events),
    ...messageRoutes(feed, streams),
    ...watcherRoutes(registry.watchers),
    refusalsRoute(registry.refusals),
  ]
}
