import {
  type Answer,
  buildCloudEvent,
  buildEvent,
  buildGroup,
  buildNvrpp,
  buildReceiver,
  createApi,
  startTestIssuer,
  type TestIssuer,
} from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drawKey } from '../src/access/key-text.js'
import { startTestApp, type TestApp } from './support/test-app.js'

/** Each with the policy that grants it. */
const RIGHTS = ['read', 'record', 'define', 'switch', 'admin'] as const
type Right = (typeof RIGHTS)[number]

/** A request that may be made, and what it takes. */
interface Way {
  name: string
  /** The operation of the OpenAPI document that it calls. */
  route: string
  /** `any` for any good key, `open` for nobody in particular. */
  needs: Right | 'any' | 'open'
  path?: () => string | Promise<string>
  /** Or a promise of it; a form as it is sent. */
  body?: () => unknown
  /** What whoever may do it is answered; pages send a browser on first. @default 200 */
  says?: string
  headers?: Record<string, string>
  /** Of a GraphQL request the field that it asks for. */
  field?: string
  /** Of a call by MCP the tool. */
  tool?: string
}

const BATCH = { 'content-type': 'application/cloudevents-batch+json' }
const STRUCTURED = { 'content-type': 'application/cloudevents+json' }

const { text: admin } = drawKey()
let test: TestApp
let ci: TestIssuer
let receiver: string
let group: string
let event: string
let count = 0

async function send(
  method: string,
  path: string,
  token: string | undefined,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<Answer> {
  const ended = new AbortController()
  const isForm = body instanceof URLSearchParams
  const response = await fetch(`${test.app.url}${path}`, {
    method,
    signal: ended.signal,
    headers: {
      ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
  })
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
  // The feed goes on for ever; what is posted to has an end.
  const text = isStream && method === 'GET' ? '' : await response.text()
  ended.abort()
  const json = /^(?:event: message\ndata: )?([{[].*)$/m.exec(text)?.[1]
  const isJson = isStream || response.headers.get('content-type')?.startsWith('application/json')
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && json !== undefined ? JSON.parse(json) : undefined,
  }
}

const asAdmin = (method: string, path: string, body?: unknown) =>
  send(method, `/api/v1${path}`, admin, {}, body)

/** A name that no other row has. */
const fresh = (): string => {
  count += 1
  return `way-${count}`
}

async function createKey(name = fresh()): Promise<{ id: string; name: string; key: string }> {
  return (await asAdmin('POST', '/keys', { name })).json.data
}

/** The token of a job that a policy is for, as it is exchanged. */
const exchange = async () => ({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  subject_token: await ci.sign(),
})

/** `get /api/v1/events/{id}` as a row calls it, where it says nothing else. */
const open = (path: string, name?: string): Way => ({
  name: `GET ${name ?? path}`,
  route: `get ${path}`,
  needs: 'open',
  path: () => name ?? path,
})

/** A form of a page. */
const form = (path: string, fields: () => Record<string, string>): Way => ({
  name: `POST ${path}`,
  route: `post ${path}`,
  needs: 'open',
  body: () => new URLSearchParams(fields()),
})

const below = (method: string, path: string, needs: Way['needs'], rest: Partial<Way> = {}): Way => ({
  name: `${method} ${path}`,
  route: `${method.toLowerCase()} /api/v1${path}`,
  needs,
  ...rest,
})

const graphql = (name: string, needs: Right, query: () => string): Way => ({
  name: `GraphQL ${name}`,
  route: 'post /api/v1/graphql/query',
  needs,
  field: name,
  body: () => ({ query: query() }),
})

const mcp = (tool: string, needs: Right, args: () => object): Way => ({
  name: `MCP ${tool}`,
  route: 'post /mcp',
  needs,
  tool,
  headers: { accept: 'application/json, text/event-stream' },
  body: () => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args() } }),
})

/** An artifact that has an event. */
const recorded = buildNvrpp()
const artifactQuery = () => new URLSearchParams(buildNvrpp())
const fieldsOf = (value: object): string =>
  `{ ${Object.entries(value)
    .map(([name, field]) => `${name}: ${JSON.stringify(field)}`)
    .join(', ')} }`
const withoutJson = ({ payload: _, schema: _schema, ...rest }: Record<string, unknown>) => rest

const WAYS: readonly Way[] = [
  open('/'),
  open('/api/v1/docs'),
  open('/api/v1/docs/assets/{name}', '/api/v1/docs/assets/page.js'),
  open('/api/v1/graphql'),
  open('/api/v1/graphql/assets/{name}', '/api/v1/graphql/assets/page.js'),
  open('/api/v1/openapi'),
  open('/.well-known/oauth-protected-resource'),
  open('/.well-known/oauth-protected-resource/mcp'),
  open('/healthz/liveness'),
  open('/healthz/readiness'),
  open('/healthz/status'),
  { name: 'GET /metrics, where others come', route: 'get /metrics', needs: 'read', path: () => '/metrics' },

  below('POST', '/events', 'record', { name: 'POST /events, direct', body: () => buildEvent(receiver) }),
  below('POST', '/events', 'record', {
    name: 'POST /events, through Express',
    path: () => '/api/v1/events?',
    body: () => buildEvent(receiver),
  }),
  below('POST', '/events/batch', 'record', { body: () => [buildEvent(receiver), buildEvent(receiver)] }),
  below('POST', '/cloudevents', 'record', {
    name: 'POST /cloudevents, binary',
    path: () => `/api/v1/cloudevents?receiver=${receiver}`,
    get headers() {
      const { data: _, ...attributes } = buildCloudEvent()
      return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]))
    },
    body: () => ({ name: 'joe' }),
  }),
  below('POST', '/cloudevents', 'record', {
    name: 'POST /cloudevents, structured',
    path: () => `/api/v1/cloudevents?receiver=${receiver}`,
    headers: STRUCTURED,
    body: () => buildCloudEvent(),
  }),
  below('POST', '/cloudevents', 'record', {
    name: 'POST /cloudevents, batched',
    path: () => `/api/v1/cloudevents?receiver=${receiver}`,
    headers: BATCH,
    body: () => [buildCloudEvent(), buildCloudEvent()],
  }),
  below('OPTIONS', '/cloudevents', 'any', { headers: { 'webhook-request-origin': 'events.example.com' } }),
  below('GET', '/events', 'read'),
  below('GET', '/events/{id}', 'read', { path: () => `/api/v1/events/${event}` }),
  below('GET', '/messages', 'read', { name: 'GET /messages, a page' }),
  below('GET', '/operations', 'read'),
  below('GET', '/watchers', 'read'),
  below('PUT', '/watchers/{name}/{instance}', 'read', {
    path: () => '/api/v1/watchers/only-read/one',
    body: () => ({
      ...{
        version: '1',
        source: 'kafka',
        ready: true,
        started_at: '2026-11-01T00:00:00Z',
        lag: 0,
        cursor: null,
      },
      ...{ processed: 0, failed: 0, dead_lettered: 0, dead_letters: [] },
    }),
  }),
  below('GET', '/messages', 'read', {
    name: 'GET /messages, a stream',
    path: () => '/api/v1/messages?after=latest',
    headers: { accept: 'text/event-stream' },
  }),

  below('POST', '/receivers', 'define', { body: () => buildReceiver() }),
  below('POST', '/receivers/check', 'read', { body: () => ({ schema: {} }) }),
  below('POST', '/receivers/{id}/check', 'read', {
    path: () => `/api/v1/receivers/${receiver}/check`,
    body: () => ({ payload: 1 }),
  }),
  below('GET', '/receivers/{id}/refusals', 'read', { path: () => `/api/v1/receivers/${receiver}/refusals` }),
  below('GET', '/receivers', 'read'),
  below('GET', '/receivers/{id}', 'read', { path: () => `/api/v1/receivers/${receiver}` }),
  below('POST', '/groups', 'define', { body: () => buildGroup([receiver]) }),
  below('GET', '/groups', 'read'),
  below('GET', '/groups/{id}', 'read', { path: () => `/api/v1/groups/${group}` }),
  below('PATCH', '/groups/{id}', 'switch', {
    path: () => `/api/v1/groups/${group}`,
    body: () => ({ enabled: true }),
  }),
  below('GET', '/delivery', 'read'),
  below('GET', '/delivery/events', 'read', { path: () => '/api/v1/delivery/events?metric=restore' }),
  below('GET', '/delivery/rules', 'read'),
  below('PUT', '/delivery/rules', 'admin', {
    body: async () => (await asAdmin('GET', '/delivery/rules')).json.data[0].rules,
  }),
  below('GET', '/artifacts', 'read'),
  below('GET', '/artifacts/gates', 'read', {
    path: () => `/api/v1/artifacts/gates?${new URLSearchParams(recorded)}`,
  }),
  below('GET', '/receivers/usage', 'read'),
  below('GET', '/findings', 'read'),
  below('GET', '/components', 'read', { path: () => '/api/v1/components?q=log4j-core' }),
  below('GET', '/search', 'read', { path: () => '/api/v1/search?q=shop' }),
  below('GET', '/groups/{id}/artifacts', 'read', { path: () => `/api/v1/groups/${group}/artifacts` }),
  below('GET', '/groups/{id}/status', 'read', {
    path: () => `/api/v1/groups/${group}/status?${artifactQuery()}`,
  }),

  graphql('events', 'read', () => '{ events(event: {}) { id } }'),
  graphql('events_by_id', 'read', () => `{ events_by_id(id: "${event}") { id } }`),
  graphql('event_receivers', 'read', () => '{ event_receivers(event_receiver: {}) { id } }'),
  graphql('event_receivers_by_id', 'read', () => `{ event_receivers_by_id(id: "${receiver}") { id } }`),
  graphql(
    'event_receiver_groups',
    'read',
    () => '{ event_receiver_groups(event_receiver_group: {}) { id } }',
  ),
  graphql(
    'event_receiver_groups_by_id',
    'read',
    () => `{ event_receiver_groups_by_id(id: "${group}") { id } }`,
  ),
  graphql(
    'event_receiver_group_status',
    'read',
    () => `{ event_receiver_group_status(id: "${group}", nvrpp: ${fieldsOf(buildNvrpp())}) { state } }`,
  ),
  graphql(
    'create_event',
    'record',
    () =>
      `mutation { create_event(event: ${fieldsOf(withoutJson(buildEvent(receiver))).replace(/}$/, ', payload: {} }')}) }`,
  ),
  graphql(
    'create_event_receiver',
    'define',
    () =>
      `mutation { create_event_receiver(event_receiver: ${fieldsOf(withoutJson(buildReceiver())).replace(/}$/, ', schema: {} }')}) }`,
  ),
  graphql(
    'create_event_receiver_group',
    'define',
    () =>
      `mutation { create_event_receiver_group(event_receiver_group: ${fieldsOf(buildGroup([receiver]))}) }`,
  ),
  graphql(
    'set_event_receiver_group_enabled',
    'switch',
    () => `mutation { set_event_receiver_group_enabled(id: "${group}") }`,
  ),
  graphql(
    'set_event_receiver_group_disabled',
    'switch',
    () => `mutation { set_event_receiver_group_disabled(id: "${group}") }`,
  ),

  mcp('search_events', 'read', () => ({})),
  mcp('search_receivers', 'read', () => ({})),
  mcp('search_groups', 'read', () => ({})),
  mcp('artifact_history', 'read', () => ({ name: 'shop' })),
  mcp('fetch_event', 'read', () => ({ id: event })),
  mcp('fetch_receiver', 'read', () => ({ id: receiver })),
  mcp('fetch_group', 'read', () => ({ id: group })),
  mcp('group_status', 'read', () => ({ id: group, ...buildNvrpp() })),
  mcp('find', 'read', () => ({ text: 'shop' })),
  mcp('explain_gate', 'read', () => ({ group, ...buildNvrpp() })),
  mcp('gate_matrix', 'read', () => ({ group })),
  mcp('delivery', 'read', () => ({})),
  mcp('find_component', 'read', () => ({ component: 'log4j-core' })),
  mcp('create_event', 'record', () => ({ event_data: buildEvent(receiver) })),
  mcp('create_receiver', 'define', () => ({ receiver_data: buildReceiver() })),
  mcp('create_group', 'define', () => ({ group_data: buildGroup([receiver]) })),

  below('GET', '/auth/whoami', 'any'),
  below('POST', '/auth/explain', 'any', { body: () => ({ verb: 'read' }) }),
  below('GET', '/keys', 'admin'),
  below('POST', '/keys', 'admin', { body: () => ({ name: fresh(), admin: true }) }),
  below('POST', '/keys/rotate', 'admin', {
    path: async () => `/api/v1/keys/rotate?name=${(await createKey()).name}`,
    body: () => ({}),
  }),
  below('DELETE', '/keys', 'admin', { path: async () => `/api/v1/keys?name=${(await createKey()).name}` }),
  below('DELETE', '/keys/{id}', 'admin', { path: async () => `/api/v1/keys/${(await createKey()).id}` }),
  below('GET', '/policies', 'admin'),
  below('PUT', '/policies/{name}', 'admin', {
    path: () => `/api/v1/policies/${fresh()}`,
    body: () => ({ who: [{ key: 'nobody' }], may: ['admin'] }),
  }),
  below('DELETE', '/policies/{name}', 'admin', {
    path: async () => {
      const name = fresh()
      await asAdmin('PUT', `/policies/${name}`, { who: [{ key: 'nobody' }], may: ['read'] })
      return `/api/v1/policies/${name}`
    },
  }),
  below('GET', '/issuers', 'admin'),
  below('PUT', '/issuers/{name}', 'admin', {
    path: () => `/api/v1/issuers/ci`,
    body: () => ({ issuer: 'https://ci.example.org', audience: 'https://epr.example.org' }),
  }),
  below('DELETE', '/issuers/{name}', 'admin', {
    path: async () => {
      const name = fresh()
      await asAdmin('PUT', `/issuers/${name}`, {
        issuer: `https://${name}.example.org`,
        audience: 'https://epr.example.org',
      })
      return `/api/v1/issuers/${name}`
    },
  }),
  // What is exchanged stands in the body, and the caller is whoever it is of.
  below('POST', '/auth/token', 'open', { body: exchange }),
  below('GET', '/sessions', 'admin'),
  below('DELETE', '/sessions/{id}', 'admin', {
    path: async () => {
      await asAdmin('POST', '/auth/token', await exchange())
      const { json } = await asAdmin('GET', '/sessions')
      return `/api/v1/sessions/${json.data[0].id}`
    },
  }),
  below('POST', '/auth/device', 'open', { body: () => ({}) }),
  below('POST', '/auth/device/token', 'open', { body: () => ({}), says: '400' }),
  // A key has no session that could end.
  below('DELETE', '/auth/session', 'any', { says: '400' }),
  // What these pages do for whom, and for whose pages, is in login.int.test.ts.
  open('/login'),
  form('/login', () => ({ key: admin })),
  open('/login/start'),
  { ...open('/login/callback'), says: '401' },
  open('/login/device'),
  form('/login/device', () => ({ user_code: 'BBBB-BBBB' })),
  form('/login/device/decide', () => ({ user_code: 'BBBB-BBBB', decision: 'yes' })),
  form('/logout', () => ({})),
  below('GET', '/audit', 'admin'),
  below('DELETE', '/actors/{id}/label', 'admin', { path: () => '/api/v1/actors/key:admin/label' }),
]

/** The verbs as policies say them. */
const toMay = (right: Right): unknown =>
  ({
    read: 'read',
    record: { record: [receiver] },
    define: { define: ['*'] },
    switch: { switch: [group] },
    admin: 'admin',
  })[right]

/** A key with these rights. */
async function keyWith(rights: readonly Right[], called?: string): Promise<string> {
  const { name, key } = await createKey(called)
  if (rights.length > 0)
    await asAdmin('PUT', `/policies/${name}`, { who: [{ key: name }], may: rights.map(toMay) })
  return key
}

/** What an answer says of the caller: its status, and behind that the code of an error in GraphQL or of a tool. */
function toCell({ status, json }: Answer): string {
  if (status !== 200 || json === undefined) return `${status}`
  if (json.error) return `200 no such tool`
  const ofTool = json.result?.isError ? [/^\w+/.exec(json.result.content[0].text)?.[0]] : []
  const ofFields = json.errors?.map((error: { extensions?: { code: string } }) => error.extensions?.code)
  return [status, ...new Set([...ofTool, ...(ofFields ?? [])])].join(' ')
}

async function ask(way: Way, token: string | undefined): Promise<string> {
  const [method = '', route = ''] = way.route.split(' ')
  const path = (await way.path?.()) ?? route
  return toCell(await send(method.toUpperCase(), path, token, way.headers, await way.body?.()))
}

interface Row {
  way: Way
  cells: readonly string[]
}

const rows: Row[] = []

beforeAll(async () => {
  // Others reach it, so that nothing is open because it is not: metrics neither.
  test = await startTestApp({
    host: '0.0.0.0',
    auth: 'required',
    adminKey: admin,
    publicUrl: 'https://epr.example.org',
  })
  receiver = (await asAdmin('POST', '/receivers', buildReceiver())).json.data
  group = (await asAdmin('POST', '/groups', buildGroup([receiver]))).json.data
  event = (await asAdmin('POST', '/events', buildEvent(receiver, recorded))).json.data
  ci = await startTestIssuer({ audience: 'https://epr.example.org' })
  await asAdmin('PUT', '/issuers/jobs', { issuer: ci.url, audience: 'https://epr.example.org' })
  await asAdmin('PUT', '/policies/jobs', { who: [{ ci: 'jobs', sub: 'job' }], may: ['read'] })
  const good = { any: await keyWith([]) } as Record<Right | 'any', string>
  const lacking = {} as Record<Right, string>
  for (const right of RIGHTS) {
    good[right] = await keyWith([right], `only-${right}`)
    lacking[right] = await keyWith(RIGHTS.filter((other) => other !== right && other !== 'admin'))
  }
  const revoked = await createKey()
  await asAdmin('DELETE', `/keys/${revoked.id}`)
  for (const way of WAYS) {
    const { needs } = way
    const cells = [await ask(way, undefined), await ask(way, revoked.key)]
    cells.push(needs === 'any' || needs === 'open' ? '' : await ask(way, lacking[needs]))
    cells.push(needs === 'open' ? '' : await ask(way, good[needs]))
    rows.push({ way, cells })
  }
})
afterAll(async () => {
  await ci.close()
  await test.close()
})

it('none of the ways in is missing', async () => {
  const { json } = await send('GET', '/api/v1/openapi', undefined)
  const routes = Object.entries(json.paths as Record<string, object>).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method} ${path}`),
  )
  expect([...new Set(WAYS.map(({ route }) => route))].sort()).toEqual(routes.sort())

  const query = '{ __schema { queryType { fields { name } } mutationType { fields { name } } } }'
  const { queryType, mutationType } = (await asAdmin('POST', '/graphql/query', { query })).json.data.__schema
  const fields = [...queryType.fields, ...mutationType.fields].map(({ name }: { name: string }) => name)
  expect(WAYS.flatMap(({ field }) => field ?? []).sort()).toEqual(fields.sort())

  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  const accept = 'application/json, text/event-stream'
  const { result } = (await send('POST', '/mcp', admin, { accept }, list)).json
  const tools = result.tools.map(({ name }: { name: string }) => name)
  expect(WAYS.flatMap(({ tool }) => tool ?? []).sort()).toEqual(tools.sort())
})

it('every way in wants a good key that has the right, but those that are said to everybody', () => {
  const wrong = rows.filter(({ way, cells: [none, bad, lacking, good] }) => {
    const { needs, field, tool, says = '200' } = way
    if (needs === 'open') return none !== says || bad !== says
    const isShown = tool === undefined || needs === 'read'
    const within = isShown ? '200 PERMISSION_DENIED' : '200 no such tool'
    const refused = field || tool ? within : '403'
    return none !== '401' || bad !== '401' || good !== says || (needs !== 'any' && lacking !== refused)
  })
  expect(wrong.map(({ way, cells }) => `${way.name}: ${cells.join(', ')}`)).toEqual([])
})

const COLUMNS = ['way in', 'needs', 'no key', 'revoked key', 'all rights but it', 'it alone']

/** A table in Markdown, as wide as its cells. */
function toTable([head = [], ...body]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => row[column]?.length ?? 0)))
  const toLine = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`
  const rule = widths.map((width) => '-'.repeat(width))
  return [head, rule, ...body].map((row) => `${toLine(row)}\n`).join('')
}

it('the table of them is the one that is kept', async () => {
  const table = toTable([COLUMNS, ...rows.map(({ way, cells }) => [way.name, way.needs, ...cells])])
  if (process.env.EPR_PRINT_TABLE === '1') process.stdout.write(table)
  await expect(table).toMatchFileSnapshot('./ways-in.md')
})

it('says with every refusal of a stranger how to do better', async () => {
  for (const headers of [
    {},
    { authorization: 'Digest x' },
    { authorization: `Bearer ${'x'.repeat(17_000)}` },
  ]) {
    const { status, headers: answer } = await send('GET', '/api/v1/events', undefined, headers)
    expect([status, answer.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Bearer realm="epr"/),
    ])
  }
  expect((await createApi(test.app.url).get('/events')).status).toBe(401)
})
