import { buildEvent, buildGroup, buildNvrpp, buildReceiver, startTestIssuer, waitFor } from '@epr/testkit'
import { type CallToolResult, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawKey } from '../src/access/key-text.js'
import { startTestApp, type TestApp } from './support/test-app.js'

const PUBLIC_URL = 'https://epr.example.org'
const METADATA = `${PUBLIC_URL}/.well-known/oauth-protected-resource`
const READ_TOOLS = [
  'artifact_history',
  'delivery',
  'explain_gate',
  'fetch_event',
  'fetch_group',
  'fetch_receiver',
  'find',
  'find_component',
  'gate_matrix',
  'group_status',
  'search_events',
  'search_groups',
  'search_receivers',
]
const { text: admin } = drawKey()

let test: TestApp
let receiver: string
let group: string
const clients: Client[] = []

async function call(method: string, path: string, token: string | undefined, body?: unknown) {
  const response = await fetch(`${test.app.url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

async function manage(method: string, path: string, body: unknown) {
  const { status, text } = await call(method, `/api/v1${path}`, admin, body)
  expect([status, text]).toEqual([200, expect.anything()])
  return JSON.parse(text).data
}

async function keyFor(name: string, may: unknown[]): Promise<string> {
  const { key } = await manage('POST', '/keys', { name })
  if (may.length > 0) await manage('PUT', `/policies/${name}`, { who: [{ key: name }], may })
  return key
}

/** The SDK's own client, as a host of an assistant has it. */
async function connect(token: string, mode: 'legacy' | 'auto' = 'auto') {
  const transport = new StreamableHTTPClientTransport(new URL(`${test.app.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  })
  const client = new Client({ name: 'tests', version: '0.0.0' }, { versionNegotiation: { mode } })
  clients.push(client)
  await client.connect(transport)
  const use = async (name: string, args: Record<string, unknown> = {}) =>
    (await client.callTool({ name, arguments: args })) as CallToolResult
  return {
    client,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name).sort(),
    // biome-ignore lint/suspicious/noExplicitAny: tests look into results, and assertions check what they find
    async call(name: string, args?: Record<string, unknown>): Promise<any> {
      const result = await use(name, args)
      expect([result.isError ?? false, result.content]).toEqual([false, expect.anything()])
      return result.structuredContent
    },
    async fail(name: string, args?: Record<string, unknown>): Promise<string> {
      const { isError, content } = await use(name, args)
      expect(isError).toBe(true)
      return JSON.stringify(content)
    },
  }
}

beforeAll(async () => {
  test = await startTestApp({ publicUrl: PUBLIC_URL, adminKey: admin })
  receiver = await manage('POST', '/receivers', buildReceiver({ name: 'tests', type: 'shop.tested' }))
  group = await manage('POST', '/groups', buildGroup([receiver], { name: 'release', type: 'shop.released' }))
})
afterAll(async () => {
  for (const client of clients) await client.close()
  await test.close()
})

describe('a stranger', () => {
  const PING = { jsonrpc: '2.0', id: 1, method: 'ping' }

  it('is refused, and is sent to where it is said how one is let in', async () => {
    for (const token of [undefined, 'eprk_none']) {
      const { status, headers } = await call('POST', '/mcp', token, PING)
      expect([status, headers.get('www-authenticate')]).toEqual([
        401,
        `Bearer realm="epr", resource_metadata="${METADATA}/mcp"`,
      ])
    }
    const other = await call('GET', '/api/v1/events', undefined)
    expect(other.headers.get('www-authenticate')).toBe(`Bearer realm="epr", resource_metadata="${METADATA}"`)
  })

  it.each([
    ['', PUBLIC_URL],
    ['/mcp', `${PUBLIC_URL}/mcp`],
  ])('finds there, at %j, which resource a token must be for', async (path, resource) => {
    const { status, headers, text } = await call(
      'GET',
      `/.well-known/oauth-protected-resource${path}`,
      undefined,
    )
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(JSON.parse(text)).toMatchObject({ resource, bearer_methods_supported: ['header'] })
  })

  it('is refused as at other ways in: from pages of other origins, by other hosts, with bodies that are too large', async () => {
    const page = await fetch(`${test.app.url}/mcp`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, origin: 'https://evil.example' },
      body: JSON.stringify(PING),
    })
    expect(page.status).toBe(403)
    const large = await call('POST', '/mcp', admin, { ...PING, params: { text: 'x'.repeat(300_000) } })
    expect(large.status).toBe(413)
    for (const body of [
      '{',
      '',
      `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    ])
      expect((await call('POST', '/mcp', admin, body)).status).toBe(400)
  })
})

describe('an assistant', () => {
  it.each(['auto', 'legacy'] as const)(
    'of somebody who may read is shown what reads, and reads (%s)',
    async (mode) => {
      const key = await keyFor(`reader-${mode}`, ['read'])
      const assistant = await connect(key, mode)
      expect(assistant.client.getNegotiatedProtocolVersion()).toMatch(
        mode === 'auto' ? /^2026-07-28$/ : /^2025-/,
      )
      expect(await assistant.tools()).toEqual(READ_TOOLS)

      const artifact = buildNvrpp()
      const id = await manage('POST', '/events', buildEvent(receiver, { ...artifact, success: false }))
      const fetched = await assistant.call('fetch_event', { id })
      expect(fetched).toMatchObject({
        event: { id, payload: { name: 'joe' }, actor: { id: 'key:admin' } },
        event_receiver: { id: receiver, name: 'tests' },
      })
      expect((await assistant.call('search_events', { data: { name: artifact.name } })).events).toHaveLength(
        1,
      )
      expect((await assistant.call('artifact_history', artifact)).events[0].receiver_name).toBe('tests')
      const status = await assistant.call('group_status', { id: 'release', ...artifact })
      expect(status).toMatchObject({ group: { id: group }, state: 'failed' })
      const explained = await assistant.call('explain_gate', { group: 'release', ...artifact })
      expect(explained).toMatchObject({
        group_id: group,
        state: 'failed',
        changes: [{ state: 'failed', event_id: id }],
      })
      await waitFor('the artifact at its gate', async () => {
        const { artifacts } = await assistant.call('gate_matrix', { group, name: artifact.name })
        return artifacts.length === 1
      })
      expect((await assistant.call('find', { text: artifact.name })).found[0].hit).toMatchObject(artifact)
      const { total, events } = await assistant.call('delivery', { metric: 'waiting' })
      expect([total.deployments, events]).toEqual([null, []])
      expect(
        await assistant.fail('delivery', { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }),
      ).toContain('from must be before to')
      expect(await assistant.fail('gate_matrix', { group, after: 'x' })).toContain('INVALID_ARGUMENT')
      expect(await assistant.fail('fetch_group', { id: '01HKX0J9KS8AASMRYX61458N41' })).toContain('NOT_FOUND')
      const { contents } = await assistant.client.readResource({ uri: `epr://events/${id}` })
      expect(JSON.stringify(contents)).toContain('joe')
    },
  )

  it('of somebody who may record is shown that, and records as its caller', async () => {
    const key = await keyFor('recorder', ['read', { record: ['tests'], about: { name: 'shop/*' } }])
    const assistant = await connect(key)
    expect(await assistant.tools()).toEqual([...READ_TOOLS, 'create_event'].sort())
    const event_data = buildEvent(receiver, { name: 'shop/cart' })
    const { id } = await assistant.call('create_event', { event_data })
    const { event } = await assistant.call('fetch_event', { id })
    expect(event.actor).toEqual({ id: 'key:recorder', type: 'api_key', label: 'recorder' })
    expect(await assistant.fail('create_event', { event_data: { ...event_data, name: 'bank' } })).toMatch(
      /PERMISSION_DENIED: the key recorder may not record/,
    )
    expect(
      await assistant.fail('create_event', { event_data: { ...event_data, payload: 2 ** 60 } }),
    ).toContain('2^53')
  })

  it('of somebody who may define is shown what creates receivers and groups', async () => {
    const assistant = await connect(await keyFor('definer', [{ define: ['shop.*'] }]))
    expect(await assistant.tools()).toEqual([...READ_TOOLS, 'create_group', 'create_receiver'].sort())
    const { id } = await assistant.call('create_receiver', {
      receiver_data: buildReceiver({ type: 'shop.x' }),
    })
    await assistant.call('create_group', { group_data: buildGroup([id], { type: 'shop.y' }) })
    expect(
      await assistant.fail('create_receiver', { receiver_data: buildReceiver({ type: 'bank' }) }),
    ).toContain('PERMISSION_DENIED')
    expect(await assistant.fail('fetch_receiver', { id })).toContain('PERMISSION_DENIED')
  })

  it('of a CI job has the rights of the job', async () => {
    const ci = await startTestIssuer({ audience: PUBLIC_URL })
    try {
      await manage('PUT', '/issuers/ci', { issuer: ci.url, pins: ['repository_id'] })
      await manage('PUT', '/policies/jobs', { who: [{ ci: 'ci', repository_id: '1' }], may: ['read'] })
      expect(await (await connect(await ci.sign({ repository_id: '1' }))).tools()).toEqual(READ_TOOLS)
    } finally {
      await ci.close()
    }
  })

  it('is refused with its next request when the key is revoked', async () => {
    const assistant = await connect(await keyFor('leaves', ['read']))
    await assistant.call('search_events')
    await manage('DELETE', '/keys?name=leaves', undefined)
    await expect(assistant.call('search_events')).rejects.toThrow()
  })

  it('has no stream that would not end', async () => {
    const subscribe = { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params: {} }
    expect((await call('POST', '/mcp', admin, subscribe)).status).toBeLessThan(500)
    expect((await call('GET', '/mcp', admin)).status).toBe(405)
  })
})

it('there is nothing for assistants where the server has no public URL', async () => {
  const silent = await startTestApp()
  try {
    for (const [method, path] of [
      ['POST', '/mcp'],
      ['GET', '/.well-known/oauth-protected-resource'],
      ['GET', '/.well-known/oauth-protected-resource/mcp'],
    ] as const)
      expect((await fetch(silent.app.url + path, { method })).status).toBe(404)
  } finally {
    await silent.close()
  }
})
