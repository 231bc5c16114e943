import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  buildEvent,
  buildReceiver,
  startTestIssuer,
  startTestProvider,
  type TestProvider,
} from '@epr/testkit'
import { base64url, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawKey } from '../src/access/key-text.js'
import { startTestApp, type TestApp } from './support/test-app.js'

const { text: admin } = drawKey()
const PING = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

let provider: TestProvider
let test: TestApp
let url: string

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function call(method: string, path: string, headers: Record<string, string>, body?: unknown) {
  const response = await fetch(url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function api(method: string, path: string, headers: Record<string, string>, body?: unknown) {
  const { status, text } = await call(method, `/api/v1${path}`, headers, body)
  return { status, json: JSON.parse(text) }
}

const manage = async (method: string, path: string, body?: unknown) => {
  const { status, json } = await api(method, path, bearer(admin), body)
  expect([status, json]).toEqual([200, expect.anything()])
  return json.data
}

beforeAll(async () => {
  provider = await startTestProvider()
  provider.groups.set('ada', ['release-managers'])
  const port = await findFreePort()
  url = `http://localhost:${port}`
  test = await startTestApp({
    port,
    publicUrl: url,
    adminKey: admin,
    auth: 'required',
    oidcIssuer: provider.url,
    oidcClientId: provider.clientId,
    oidcClientSecret: provider.clientSecret,
  })
})
afterAll(async () => {
  await test?.close()
  await provider?.close()
})

describe('the metadata', () => {
  it.each([
    ['', ''],
    ['/mcp', '/mcp'],
  ])('at %j names the identity provider', async (path, resource) => {
    const { text } = await call('GET', `/.well-known/oauth-protected-resource${path}`, {})
    expect(JSON.parse(text)).toMatchObject({
      resource: url + resource,
      authorization_servers: [provider.url],
    })
  })
})

describe('an access token of the identity provider', () => {
  it('is of the same person as the login, with the same groups', async () => {
    await manage('PUT', '/policies/managers', { who: [{ group: 'release-managers' }], may: ['read'] })
    const cookie = await provider.logIn(`${url}/login/start`, 'ada')
    const loggedIn = (await api('GET', '/auth/whoami', { cookie })).json.data
    expect(loggedIn.id).toMatch(/^user:[0-9a-f]{24}$/)
    for (const resource of [url, `${url}/mcp`]) {
      const token = await provider.accessToken('ada', resource)
      const { id, kind, rights } = (await api('GET', '/auth/whoami', bearer(token))).json.data
      expect({ id, kind, rights }).toEqual({
        id: loggedIn.id,
        kind: loggedIn.kind,
        rights: loggedIn.rights,
      })
    }
  })

  it('lets an assistant do what policies grant its person, and nothing else', async () => {
    const receiver = await manage('POST', '/receivers', buildReceiver({ name: 'tests' }))
    const token = await provider.accessToken('bob', `${url}/mcp`)
    const { id } = (await api('GET', '/auth/whoami', bearer(token))).json.data
    expect((await api('POST', '/events', bearer(token), buildEvent(receiver))).status).toBe(403)

    await manage('PUT', '/policies/bob', {
      who: [{ user: id.replace('user:', '') }],
      may: ['read', { record: ['tests'] }],
    })
    const tools = await call('POST', '/mcp', bearer(token), PING)
    expect([tools.status, tools.text]).toEqual([200, expect.stringContaining('create_event')])
    expect(tools.text).not.toContain('create_receiver')
    const event = (await api('POST', '/events', bearer(token), buildEvent(receiver))).json.data
    const { actor } = (await api('GET', `/events/${event}`, bearer(token))).json.data[0]
    expect(actor).toMatchObject({ id, type: 'user' })

    await manage('DELETE', '/policies/bob')
    expect((await api('GET', '/events', bearer(token))).status).toBe(403)
  })

  it('is not exchanged for a session, and approves none: it ends when its provider says', async () => {
    const token = await provider.accessToken('ada', url)
    const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange'
    const subject_token_type = 'urn:ietf:params:oauth:token-type:jwt'
    const exchanged = await call(
      'POST',
      '/api/v1/auth/token',
      {},
      {
        grant_type,
        subject_token_type,
        subject_token: token,
      },
    )
    expect([exchanged.status, exchanged.text]).toEqual([
      expect.toSatisfy((status: number) => status === 400 || status === 401),
      expect.stringContaining('only that of a CI job'),
    ])
    const { user_code } = (await api('POST', '/auth/device', {}, {})).json
    const decided = await fetch(`${url}/login/device/decide`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: `epr=${token}`, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ user_code, decision: 'yes' }),
    })
    expect(decided.status).toBe(400)
    const [row] = await test.database
      .connect()
      .query<{ count: number }>('select count(*)::int from device_grants where caller is not null')
    expect(row?.count).toBe(0)
  })
})

describe('a token that is not good', () => {
  const encode = (part: object) => base64url.encode(JSON.stringify(part))
  const good = () => ({
    iss: provider.url,
    aud: `${url}/mcp`,
    sub: 'ada',
    scope: 'epr',
    exp: Math.floor(Date.now() / 1_000) + 300,
  })

  async function expectRefused(token: string) {
    const { status, headers } = await call('POST', '/mcp', bearer(token), PING)
    expect([status, headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer realm="epr", resource_metadata="${url}/.well-known/oauth-protected-resource/mcp"`,
    ])
  }

  it('is refused when it is for another resource', async () => {
    await expectRefused(await provider.accessToken('ada', 'https://other.example.org/mcp'))
  })

  it('is refused when it was changed, unsigned, or signed by a secret or by somebody else', async () => {
    const [header, , signature] = (await provider.accessToken('ada', `${url}/mcp`)).split('.')
    await expectRefused([header, encode(good()), signature].join('.'))
    await expectRefused(`${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(good())}.`)
    const secret = new TextEncoder().encode(provider.clientSecret.padEnd(32))
    await expectRefused(
      await new SignJWT(good()).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).sign(secret),
    )
    const stranger = await startTestIssuer({ audience: `${url}/mcp` })
    try {
      await expectRefused(await stranger.sign({ ...good() }, { typ: 'at+jwt' }))
      await expectRefused(await stranger.sign({ scope: 'epr' }, { typ: 'at+jwt' }))
      expect(stranger.requests).toEqual([])
    } finally {
      await stranger.close()
    }
  })
})

it('no token is taken where the server does not say what it would be for', async () => {
  const silent = await startTestApp({
    adminKey: admin,
    auth: 'required',
    oidcIssuer: provider.url,
    oidcClientId: provider.clientId,
  })
  try {
    const token = await provider.accessToken('ada', url)
    const response = await fetch(`${silent.app.url}/api/v1/auth/whoami`, { headers: bearer(token) })
    expect(response.status).toBe(401)
  } finally {
    await silent.close()
  }
})

it('does not start as a client whose ID tokens would pass for access tokens', async () => {
  const starting = startTestApp({ publicUrl: url, oidcIssuer: provider.url, oidcClientId: `${url}/mcp` })
  await expect(starting).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})
