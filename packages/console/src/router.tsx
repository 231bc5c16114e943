import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { NotFound } from './shell/not-found.js'
import { Shell } from './shell/shell.js'

/** What a view knows of its query: texts, each perhaps absent. */
const texts =
  <const Name extends string>(...names: readonly Name[]) =>
  (search: Record<string, unknown>): { [Key in Name]?: string } => {
    const found: Record<string, string> = {}
    for (const name of names) {
      const value = search[name]
      if (typeof value === 'string' && value !== '') found[name] = value
    }
    return found as { [Key in Name]?: string }
  }

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })
const below = { getParentRoute: () => root }

const routes = [
  createRoute({
    ...below,
    path: '/',
    validateSearch: texts('pins'),
    component: lazyRouteComponent(() => import('./views/home/home-view.js'), 'HomeView'),
  }),
  createRoute({
    ...below,
    path: '/gates',
    component: lazyRouteComponent(() => import('./views/gates/gate-list.js'), 'GateList'),
  }),
  createRoute({
    ...below,
    path: '/gates/$group',
    validateSearch: texts('state', 'order', 'name', 'at', 'superseded', 'without', 'kiosk'),
    component: lazyRouteComponent(() => import('./views/gates/gate-view.js'), 'GateView'),
  }),
  createRoute({
    ...below,
    path: '/artifacts',
    validateSearch: texts('name'),
    component: lazyRouteComponent(() => import('./views/artifact/artifact-list.js'), 'ArtifactList'),
  }),
  createRoute({
    ...below,
    path: '/artifact',
    validateSearch: texts('name', 'version', 'release', 'platform_id', 'package', 'receiver', 'failed'),
    component: lazyRouteComponent(() => import('./views/artifact/artifact-view.js'), 'ArtifactView'),
  }),
  createRoute({
    ...below,
    path: '/compare',
    validateSearch: texts(
      'name',
      'version',
      'release',
      'platform_id',
      'package',
      'with_version',
      'with_release',
      'with_platform_id',
      'with_package',
      'receiver',
    ),
    component: lazyRouteComponent(() => import('./views/compare/compare-view.js'), 'CompareView'),
  }),
  createRoute({
    ...below,
    path: '/events/$id',
    validateSearch: texts('tab'),
    component: lazyRouteComponent(() => import('./views/event/event-view.js'), 'EventView'),
  }),
  createRoute({
    ...below,
    path: '/feed',
    validateSearch: texts('kind', 'receiver', 'group', 'success', 'name'),
    component: lazyRouteComponent(() => import('./views/feed/feed-view.js'), 'FeedView'),
  }),
  createRoute({
    ...below,
    path: '/receivers',
    validateSearch: texts('order'),
    component: lazyRouteComponent(() => import('./views/receivers/receiver-list.js'), 'ReceiverList'),
  }),
  createRoute({
    ...below,
    path: '/receivers/new',
    validateSearch: texts('from'),
    component: lazyRouteComponent(() => import('./views/receivers/new-receiver.js'), 'NewReceiver'),
  }),
  createRoute({
    ...below,
    path: '/receivers/$id',
    component: lazyRouteComponent(() => import('./views/receivers/receiver-view.js'), 'ReceiverView'),
  }),
  createRoute({
    ...below,
    path: '/groups',
    component: lazyRouteComponent(() => import('./views/groups/group-list.js'), 'GroupList'),
  }),
  createRoute({
    ...below,
    path: '/groups/new',
    component: lazyRouteComponent(() => import('./views/groups/new-group.js'), 'NewGroup'),
  }),
  createRoute({
    ...below,
    path: '/groups/$id',
    component: lazyRouteComponent(() => import('./views/groups/group-view.js'), 'GroupView'),
  }),
  createRoute({
    ...below,
    path: '/search',
    validateSearch: texts('q'),
    component: lazyRouteComponent(() => import('./views/search/search-view.js'), 'SearchView'),
  }),
  createRoute({
    ...below,
    path: '/delivery',
    validateSearch: texts('from', 'to', 'time_zone', 'name', 'environment', 'bucket', 'metric'),
    component: lazyRouteComponent(() => import('./views/delivery/delivery-view.js'), 'DeliveryView'),
  }),
  createRoute({
    ...below,
    path: '/access',
    component: lazyRouteComponent(() => import('./views/access/access-view.js'), 'AccessView'),
  }),
  createRoute({
    ...below,
    path: '/operations',
    component: lazyRouteComponent(() => import('./views/operations/operations-view.js'), 'OperationsView'),
  }),
] as const

export const router = createRouter({
  routeTree: root.addChildren([...routes]),
  basepath: new URL(document.baseURI).pathname,
  // As everybody writes it: a name like 1.0 is a text, and `state=failed,missing` can be typed.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const params = new URLSearchParams()
    for (const [name, value] of Object.entries(search)) if (typeof value === 'string') params.set(name, value)
    return params.size === 0 ? '' : `?${params}`
  },
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
