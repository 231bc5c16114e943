/**
 * Who may import whom: what is not listed here is forbidden. `npm run check` makes rules of these tables
 * (.dependency-cruiser.mjs), and the pictures on the map of the code (docs/code-map.md) are held to them by a test.
 */

/** Packages of the workspace, each with those it may import. Nobody imports the server, the command line or the console. */
export const PACKAGES = {
  model: [],
  'payload-schema': ['model'],
  'embedded-postgres': ['model'],
  proof: ['model'],
  kafka: ['model'],
  client: ['model'],
  watcher: ['model', 'client', 'kafka'],
  cdevents: ['model'],
  'mcp-tools': ['model'],
  mcp: ['model', 'client', 'mcp-tools'],
  cli: ['model', 'client'],
  console: ['model', 'client'],
  server: ['model', 'payload-schema', 'embedded-postgres', 'kafka', 'mcp-tools'],
}

/** Packages that only tests import, and what they may import themselves. */
export const TEST_PACKAGES = {
  testing: ['model'],
  testkit: ['model', 'testing', 'kafka', 'embedded-postgres'],
}

/** One place of a package that may import more than the rest of it. */
export const EXCEPTIONS = [
  { from: 'server/src/app', to: 'cdevents', why: 'the composition knows which CloudEvents are known' },
  { from: 'cli/src/commands/cdevents', to: 'cdevents', why: 'the command about CDEvents' },
  { from: 'cli/src/commands/dead-letter', to: 'watcher', why: 'dead letters are the watchers’' },
  { from: 'cdevents/src/cdviz', to: 'watcher', why: 'the forwarder to CDviz is a watcher' },
]

/** Folders of the server, each with those it may import. `app`, `main` and `index` know them all; none knows those. */
export const SERVER_FOLDERS = {
  storage: [],
  access: ['storage'],
  intake: ['storage'],
  feed: ['storage', 'access'],
  leader: ['storage', 'feed'],
  relay: ['storage', 'feed', 'leader'],
  projections: ['storage', 'feed', 'leader', 'config'],
  registry: ['storage', 'intake', 'access'],
  http: ['registry', 'intake', 'feed', 'relay', 'access'],
  config: ['relay', 'access'],
  import: ['storage', 'config'],
}
