import { request } from 'node:http'
import {
  type Api,
  buildCloudEvent,
  buildEvent,
  buildGroup,
  buildReceiver,
  createApi,
  waitFor,
} from '@epr/testkit'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

interface Operation {
  responses: Record<string, { content: Record<string, unknown> }>
  requestBody?: unknown
  parameters?: { in: string; name: string }[]
}
interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
}

let test: TestApp
let api: Api
let document: Document
let text: string
beforeAll(async () => {
  test = await startTestApp({ publicUrl: 'http://localhost' })
  api = test.api
  const answer = await api.get('/openapi')
  text = answer.text
  document = answer.json
})
afterAll(() => test.close())

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )

/** Sends a request with a Host of the test's choice. */
function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string | Buffer,
): Promise<number> {
  const { port } = new URL(test.app.url)
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const HEARTBEAT = {
  ...{
    version: '1',
    source: 'feed',
    ready: true,
    started_at: '2026-11-01T00:00:00Z',
    lag: null,
    cursor: '1',
  },
  ...{ processed: 0, failed: 0, dead_lettered: 0, dead_letters: [] },
}

describe('the OpenAPI document', () => {
  it('is valid by a linter', async () => {
    expect(document.openapi).toBe('3.1.0')
    // Nobody logs in yet, so that there is no security to declare and no 401 to answer.
    const config = await createConfig({
      extends: ['recommended'],
      rules: { 'security-defined': 'off', 'operation-4xx-response': 'off' },
    })
    const problems = await lintFromString({ source: text, config })
    expect(
      problems.map(({ severity, message, location }) => `${severity} ${location[0]?.pointer} ${message}`),
    ).toEqual([])
  })

  it('names every route that is there: an undocumented one keeps the server from starting', async () => {
    for (const { path, method } of operations()) {
      const answer = await send(method, path.replace('{name}', 'page.js').replace('{id}', 'x'), {
        host: 'localhost',
      })
      expect([path, method, answer]).not.toEqual([path, method, 405])
    }
    expect(Object.keys(document.paths)).toContain('/api/v1/events/batch')
  })

  it('names failures that can all be brought about, and no route answers another', async () => {
    const receiver = await api.create('/receivers', buildReceiver())
    const group = await api.create('/groups', buildGroup([receiver]))
    const recorded = buildEvent(receiver)
    const event = await api.create('/events', recorded)
    const { name, version, release, platform_id, package: pkg } = recorded
    const artifact = { name, version, release, platform_id, package: pkg }
    await test.database.connect().query('update retention set removed_cursor = 1')
    const idOf = (path: string) =>
      path.includes('/groups') ? group : path.includes('/events') ? event : receiver
    const bodies: Record<string, object> = {
      '/api/v1/receivers': buildReceiver(),
      '/api/v1/receivers/check': { schema: {} },
      '/api/v1/receivers/{id}/check': { payload: 1 },
      '/api/v1/watchers/{name}/{instance}': HEARTBEAT,
      '/api/v1/delivery/rules': (await api.get('/delivery/rules')).json.data[0].rules,
      '/api/v1/groups': buildGroup([receiver]),
      '/api/v1/groups/{id}': { enabled: true },
      '/api/v1/events': buildEvent(receiver),
      '/api/v1/events/batch': [buildEvent(receiver)],
      '/api/v1/graphql/query': { query: '{__typename}' },
      '/mcp': { jsonrpc: '2.0', id: 1, method: 'ping' },
      '/api/v1/cloudevents': { ...buildCloudEvent(), type: buildReceiver().type },
    }
    /** What a call of the path needs beside the Host. */
    const plainFor = (path: string, method: string) => ({
      host: 'localhost',
      ...(path === '/api/v1/cloudevents' && { 'content-type': 'application/cloudevents+json' }),
      ...(path === '/mcp' && {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
      }),
      ...(method === 'OPTIONS' && { 'webhook-request-origin': 'events.example.test' }),
    })
    const queries: Record<string, string> = {
      '/api/v1/groups/{id}/status': `?${new URLSearchParams(artifact)}`,
      '/api/v1/artifacts/gates': `?${new URLSearchParams(artifact)}`,
      '/api/v1/delivery/events': '?metric=restore',
      '/api/v1/components': '?q=log4j-core',
      '/api/v1/search': '?q=shop',
      '/api/v1/receivers/usage': '?days=7',
      '/api/v1/messages': '?after=latest',
    }
    const query = (path: string) => queries[path] ?? ''

    /** How each status is brought about; undefined where a route cannot. */
    async function provoke(status: string, path: string, method: string): Promise<number> {
      const at = path.replace('{id}', idOf(path)).replace('{name}', 'page.js').replace('{instance}', 'one')
      const isBodiless = method === 'GET' || method === 'OPTIONS'
      const body = isBodiless ? undefined : JSON.stringify(bodies[path])
      const plain = plainFor(path, method)
      switch (status) {
        case '200':
          return send(method, at + query(path), plain, body)
        case '400':
          if (method === 'OPTIONS') return send(method, at, { host: 'localhost' })
          return isBodiless ? send(method, `${at}?unknown=1`, plain) : send(method, at, plain, '{')
        case '401':
          // What a proxy lets in is not this machine's.
          return send(method, at + query(path), { ...plain, 'x-forwarded-for': '192.0.2.1' }, body)
        case '403':
          return send(method, at, { host: 'elsewhere.test' }, body)
        case '404':
          if (path.endsWith('/receivers/check'))
            return send(method, at, plain, `{"schema": {}, "against": {"event_receiver_id": "nothing"}}`)
          if (path.endsWith('/artifacts/gates'))
            return send(method, `${at}?${new URLSearchParams({ ...artifact, name: 'nobody' })}`, plain)
          return send(method, path.replace(/\{\w+\}/, 'nothing') + query(path), plain, body)
        case '409': {
          const key = { ...plain, 'idempotency-key': crypto.randomUUID() }
          await send(method, at, key, body)
          const isCloudEvent = path === '/api/v1/cloudevents'
          const other = isCloudEvent ? `${body?.slice(0, -1)},"data":"another"}` : `${body} `
          return send(method, at, key, other)
        }
        case '410':
          return send(method, `${at}?after=0`, plain)
        case '413':
          return send(method, at, plain, Buffer.alloc(17 * 1024 * 1024, 0x20)).catch(() => 413)
        case '415':
          return send(method, at, { ...plain, 'content-encoding': 'zzz' }, body)
        default:
          return Number.NaN
      }
    }

    const STATUSES = ['200', '400', '401', '403', '404', '409', '410', '413', '415']
    // The first key would close what the others are asked; access.int.test.ts and login.int.test.ts ask those.
    const isAccess = (path: string) =>
      /^\/(?:login|logout|api\/v1\/(?:auth|keys|policies|issuers|sessions|audit|actors))/.test(path)
    for (const { path, method, operation } of operations().filter((each) => !isAccess(each.path))) {
      for (const status of STATUSES) {
        const isDocumented = status in operation.responses
        // What a route does not document, it does not answer even when it is provoked alike.
        if (!isDocumented && (status === '413' || status === '410' || status === '409' || status === '404'))
          continue
        const answered = String(await provoke(status, path, method))
        if (isDocumented) expect(`${method} ${path} ${answered}`).toBe(`${method} ${path} ${status}`)
        else expect(['200', ...Object.keys(operation.responses)]).toContain(answered)
      }
    }
  })

  it('says 503 of readiness, which a server without its database answers', () => {
    expect(document.paths['/healthz/readiness']?.get?.responses).toHaveProperty('503')
  })
})

describe('metrics', () => {
  it('have numbers only, however soon they are asked for again', async () => {
    for (let round = 0; round < 3; round += 1) {
      const text = await (await fetch(`${api.baseUrl}/metrics`)).text()
      expect(text.split('\n').filter((line) => / (nan|9223372036.*)$/i.test(line))).toEqual([])
    }
  })

  const value = async (name: string) => {
    const response = await fetch(`${api.baseUrl}/metrics`)
    const line = (await response.text())
      .split('\n')
      .find((entry) => entry.startsWith(`${name} `) || entry.startsWith(`${name}{`))
    return Number(line?.split(' ').at(-1))
  }

  it('count under the names of the original, and tell more', async () => {
    const fresh = await startTestApp()
    try {
      const { create, get, post } = createApi(fresh.app.url)
      const id = await create('/receivers', buildReceiver())
      await create('/groups', buildGroup([id]))
      await create('/events', buildEvent(id))
      await create('/events', buildEvent(id, { success: false }))
      await get('/events')
      await post('/events', '{')
      const expected = [
        'server_events_created_total{success="true"} 1',
        'server_events_created_total{success="false"} 1',
        'server_event_receivers_created_total 1',
        'server_stages_created_total 1',
        'server_stages_passed_total 1',
        'server_search_duration_seconds_count{type="event"} 1',
        'server_requests_total{code="400",method="POST"} 1',
        'epr_leader 1',
        'epr_outbox_unnumbered_messages 0',
        'epr_flush_events_sum 2',
      ]
      const metrics = await waitFor('the leader and the numbering', async () => {
        const text = await (await fetch(`${fresh.app.url}/metrics`)).text()
        return expected.every((line) => text.includes(line)) && text
      })
      expect(metrics).toContain('nodejs_eventloop_lag_p99_seconds')
    } finally {
      await fresh.close()
    }
  })

  it('do not let a client invent labels', async () => {
    await send('PROPFIND', '/api/v1/events', { host: 'localhost' })
    expect(await value('server_requests_total{code="405",method="other"}')).toBe(1)
  })
})
