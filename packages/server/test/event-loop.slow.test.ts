import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { buildReceiver, createApi, startTestServer, type TestServer } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'

/** What one client sends may keep all the others waiting no longer than this. */
const LONGEST_MS = 100
/** Others use the machine too: a body that holds up nobody does so in one of these. */
const ATTEMPTS = 10

const KIB = 1024
const MIB = 1024 * KIB
/** As large as the server takes. */
const LARGE = 15 * MIB

/** Asks without pause whether the server lives; of what it is sent, each line makes it say how long one answer took at most. */
const PINGER = `
const http = require('node:http')
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
let longest = 0
function ping() {
  const from = performance.now()
  http.get(process.argv[1] + '/healthz/liveness', { agent }, (response) => response.resume().on('end', () => {
    longest = Math.max(longest, performance.now() - from)
    setTimeout(ping, 1)
  }))
}
ping()
process.stdin.on('data', () => { console.log(longest); longest = 0 })
`

let server: TestServer
let pinger: ChildProcess
let lines: AsyncIterator<string>
let open: string
let strict: string
beforeAll(async () => {
  server = await startTestServer()
  const api = createApi(server.url)
  const schema = { type: 'object', additionalProperties: false, properties: { a: { type: 'string' } } }
  open = await api.create('/receivers', buildReceiver())
  strict = await api.create('/receivers', buildReceiver({ schema }))
  pinger = spawn(process.execPath, ['-e', PINGER, server.url], { stdio: ['pipe', 'pipe', 'inherit'] })
  if (!pinger.stdout) throw new Error('the pinger has no stdout')
  lines = createInterface({ input: pinger.stdout })[Symbol.asyncIterator]()
})
afterAll(async () => {
  pinger.kill()
  await once(pinger, 'exit')
  await server.close()
})

/** The longest time that an answer took since this was asked last. */
async function longestMs(): Promise<number> {
  pinger.stdin?.write('\n')
  return Number((await lines.next()).value)
}

/** So often as there is room for. */
const fill = (unit: string, bytes: number): string =>
  Array(Math.floor(bytes / (unit.length + 1)))
    .fill(unit)
    .join(',')
const keys = (count: number): string =>
  `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join(',')}}`
const event = (receiver: string, payload: string): string =>
  `{"name":"n","version":"1","release":"1","platform_id":"p","package":"k","description":"d","success":true,"event_receiver_id":"${receiver}","payload":${payload}}`
const cloudEvent = (data: string): string =>
  `{"specversion":"1.0","id":"${randomUUID()}","source":"/s","type":"t","eprname":"n","eprversion":"1","eprrelease":"1","eprplatformid":"p","eprpackage":"k","data":${data}}`
const many = (count: number, make: () => string): string =>
  `[${Array.from({ length: count }, make).join(',')}]`
const graphql = (variables: string): string =>
  `{"query":"mutation($e: CreateEventInput!){create_event(event: $e)}","variables":{"e":${variables}}}`

type Sent = readonly [status: number, path: string, body: () => string, contentType?: string]

const STRUCTURED = 'application/cloudevents+json'
const BATCH = 'application/cloudevents-batch+json'

it.each<[string, Sent]>([
  ['an event of numbers', [200, '/events', () => event(open, `{"a":[${fill('1', LARGE)}]}`)]],
  ['an event of objects', [200, '/events', () => event(open, `{"a":[${fill('{"a":1}', LARGE)}]}`)]],
  [
    'an event that its receiver refuses',
    [400, '/events', () => event(strict, `{"a":[${fill('1', LARGE)}]}`)],
  ],
  ['an event that ends too early', [400, '/events', () => event(open, `{"a":[${fill('1', LARGE)}]`)]],
  ['an event with a broken payload', [400, '/events', () => event(open, `{"a":[${fill('1', LARGE)}}}`)]],
  ['a body of nothing but unknown fields', [413, '/events', () => keys(900_000)]],
  ['a body that is no event', [413, '/events', () => `[${fill('1', LARGE)}]`]],
  ['a batch of one', [200, '/events/batch', () => `[${event(open, `{"a":[${fill('1', LARGE)}]}`)}]`]],
  [
    'a batch of a thousand',
    [200, '/events/batch', () => many(1_000, () => event(open, `{"a":[${fill('1', 15_000)}]}`))],
  ],
  [
    'a batch of a thousand that are refused',
    [200, '/events/batch', () => many(1_000, () => event(strict, `{"a":[${fill('1', 15_000)}]}`))],
  ],
  ['a batch of too many', [400, '/events/batch', () => `[${fill('1', LARGE)}]`]],
  ['a schema', [400, '/receivers', () => `{"name":"n","schema":{"enum":[${fill('1', 2 * MIB - 100)}]}}`]],
  ['a group of too much', [413, '/groups', () => `{"event_receiver_ids":[${fill('"x"', LARGE)}]}`]],
  ['a CloudEvent', [200, '/cloudevents', () => cloudEvent(`[${fill('{"a":{}}', 511 * KIB)}]`), STRUCTURED]],
  [
    'a CloudEvent that is too large',
    [413, '/cloudevents', () => cloudEvent(`[${fill('1', LARGE)}]`), STRUCTURED],
  ],
  ['a CloudEvent of attributes', [400, '/cloudevents', () => keys(45_000), STRUCTURED]],
  [
    'a batch of CloudEvents',
    [200, '/cloudevents', () => many(28, () => cloudEvent(`[${fill('{}', 511 * KIB)}]`)), BATCH],
  ],
  [
    'variables of GraphQL',
    [200, '/graphql/query', () => graphql(event(open, `{"a":[${fill('1', LARGE)}]}`))],
  ],
  [
    'a payload that is JSON text, in GraphQL',
    [200, '/graphql/query', () => graphql(event(open, JSON.stringify(`{"a":[${fill('"x"', 9 * MIB)}]}`)))],
  ],
  ['variables that nobody declares', [200, '/graphql/query', () => graphql(keys(900_000))]],
  ['a long document', [400, '/graphql/query', () => JSON.stringify({ query: `#${'x'.repeat(LARGE)}` })]],
])('holds up nobody: %s', async (_, [status, path, body, contentType = 'application/json']) => {
  const held: number[] = []
  while (held.length < ATTEMPTS && !held.some((ms) => ms <= LONGEST_MS)) {
    const text = body()
    await longestMs()
    const query = path === '/cloudevents' ? `?receiver=${open}` : ''
    const response = await fetch(`${server.url}/api/v1${path}${query}`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: text,
    })
    await response.text()
    expect(response.status).toBe(status)
    held.push(await longestMs())
  }
  expect(Math.min(...held)).toBeLessThanOrEqual(LONGEST_MS)
})

it('holds up nobody while the largest answers are made', async () => {
  for (const path of ['/events?limit=1000', '/messages?limit=1000', '/receivers?limit=1000']) {
    const held: number[] = []
    while (held.length < ATTEMPTS && !held.some((ms) => ms <= LONGEST_MS)) {
      await longestMs()
      await (await fetch(`${server.url}/api/v1${path}`)).arrayBuffer()
      held.push(await longestMs())
    }
    expect([path, Math.min(...held) <= LONGEST_MS]).toEqual([path, true])
  }
})
