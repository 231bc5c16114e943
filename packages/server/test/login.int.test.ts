import { buildEvent, buildReceiver, startTestProvider, type TestProvider } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

let provider: TestProvider
let test: TestApp
let admin: string
let reader: string

type Headers = Record<string, string>

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }

function send(method: string, path: string, headers: Headers = {}, fields?: Record<string, string>) {
  return fetch(`${test.app.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...(fields && FORM), ...headers },
    ...(fields && { body: new URLSearchParams(fields) }),
  })
}

const bearer = (text: string): Headers => ({ authorization: `Bearer ${text}` })

async function api(method: string, path: string, headers: Headers, body?: unknown) {
  const response = await fetch(`${test.app.url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: JSON.parse(await response.text()) }
}

const whoami = (headers: Headers) => api('GET', '/auth/whoami', headers)

/** A cookie as the browser sends it back. */
const toCookie = (response: Response): Headers => ({
  cookie: response.headers
    .getSetCookie()
    .map((set) => set.split(';')[0])
    .join('; '),
})

const logIn = async (key: string): Promise<Headers> =>
  toCookie(await send('POST', '/login', OWN_PAGE, { key }))

const ask = async (client = 'epr-cli on a laptop') =>
  (await api('POST', '/auth/device', {}, { client_id: client })).json as {
    device_code: string
    user_code: string
    verification_uri: string
    interval: number
  }

const poll = (device_code: string) =>
  api(
    'POST',
    '/auth/device/token',
    {},
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code,
    },
  )

beforeAll(async () => {
  provider = await startTestProvider()
  test = await startTestApp({
    oidcIssuer: provider.url,
    oidcClientId: provider.clientId,
    oidcClientSecret: provider.clientSecret,
  })
  admin = (await api('POST', '/keys', {}, { name: 'root', admin: true })).json.data.key
  reader = (await api('POST', '/keys', bearer(admin), { name: 'reader' })).json.data.key
  await api('PUT', '/policies/reader', bearer(admin), { who: [{ key: 'reader' }], may: ['read'] })
})
afterAll(async () => {
  await test?.close()
  await provider?.close()
})

describe('logging in with a key', () => {
  it('gives a cookie that no page can read, and that may do what the key may', async () => {
    const response = await send('POST', '/login', OWN_PAGE, { key: ` ${reader} `, return_to: '/api/v1/docs' })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/api/v1/docs')
    const [set = ''] = response.headers.getSetCookie()
    expect(set).toMatch(/^epr=eprs_\w+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/)
    const cookie = toCookie(response)
    expect((await whoami(cookie)).json.data).toMatchObject({ kind: 'key', id: 'key:reader', open: false })
    expect((await api('GET', '/events', cookie)).status).toBe(200)
    expect((await api('GET', '/keys', cookie)).status).toBe(403)
    expect(await (await send('GET', '/login', cookie)).text()).toContain('the key reader')
  })

  it('ends with the key, and by logging out', async () => {
    const { key } = (await api('POST', '/keys', bearer(admin), { name: 'short' })).json.data
    const cookie = await logIn(key)
    expect((await whoami(cookie)).status).toBe(200)
    await api('DELETE', '/keys?name=short', bearer(admin))
    expect((await whoami(cookie)).status).toBe(401)

    const other = await logIn(reader)
    const out = await send('POST', '/logout', { ...other, ...OWN_PAGE })
    expect([out.status, out.headers.get('location')]).toEqual([303, '/login'])
    expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0')
    expect((await whoami(other)).status).toBe(401)
  })

  it.each(['eprk_wrong', '', 'x.y.z'])('says on its page what is wrong with %j', async (key) => {
    const response = await send('POST', '/login', OWN_PAGE, { key })
    expect([response.status, response.headers.getSetCookie()]).toEqual([401, []])
    expect(await response.text()).toMatch(/role="alert"/)
  })

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example', 'login'])(
    'goes on with no page but its own, and not with %j',
    async (return_to) => {
      const response = await send('POST', '/login', OWN_PAGE, { key: reader, return_to })
      expect(response.headers.get('location')).toBe('/')
    },
  )
})

describe('a cookie', () => {
  it.each([
    {},
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
  ])('writes nothing for a request that does not come from a page of ours: %j', async (from) => {
    const cookie = await logIn(admin)
    const answer = await api('POST', '/receivers', { ...cookie, ...from }, buildReceiver())
    expect([answer.status, answer.json.error.code]).toEqual([403, 'PERMISSION_DENIED'])
  })

  it('writes for a page of ours', async () => {
    const cookie = await logIn(admin)
    const { port } = new URL(test.app.url)
    for (const from of [OWN_PAGE, { origin: `http://localhost:${port}`, host: `localhost:${port}` }])
      expect((await api('POST', '/receivers', { ...cookie, ...from }, buildReceiver())).status).toBe(200)
  })

  it('gives way to a key that is sent beside it', async () => {
    const cookie = await logIn(admin)
    expect((await whoami({ ...cookie, ...bearer(reader) })).json.data.id).toBe('key:reader')
    expect((await whoami({ ...cookie, ...bearer('eprk_wrong') })).status).toBe(401)
  })
})

describe('a program without a browser', () => {
  it('is let in by whoever types its code, and may do what they may', async () => {
    const asked = await ask()
    expect(asked.user_code).toMatch(/^[B-Z]{4}-[B-Z]{4}$/)
    expect(asked.verification_uri).toBe(`${test.app.url}/login/device`)
    expect((await poll(asked.device_code)).json).toMatchObject({
      error: 'authorization_pending',
      error_description: 'nobody has said yes yet',
    })
    expect((await poll(asked.device_code)).json.error).toBe('slow_down')

    const cookie = { ...(await logIn(reader)), ...OWN_PAGE }
    const typed = asked.user_code.toLowerCase().replace('-', ' ')
    const page = await (await send('POST', '/login/device', cookie, { user_code: typed })).text()
    expect(page).toContain('epr-cli on a laptop')
    expect(page).toContain('127.0.0.1')
    const fields = { user_code: asked.user_code, decision: 'yes' }
    expect(await (await send('POST', '/login/device/decide', cookie, fields)).text()).toContain(
      'It is let in',
    )

    await test.database.connect().query(`update device_grants set polled_at = now() - interval '5 s'`)
    const { json } = await poll(asked.device_code)
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 43_200 })
    const session = bearer(json.access_token)
    expect((await whoami(session)).json.data).toMatchObject({ kind: 'key', id: 'key:reader' })
    expect((await poll(asked.device_code)).json.error).toBe('expired_token')
    expect((await api('DELETE', '/auth/session', session)).status).toBe(200)
    expect((await whoami(session)).status).toBe(401)
    const acts = (await api('GET', '/audit', bearer(admin))).json.data.map(({ act }: { act: string }) => act)
    expect(acts).toContain('login.approve')
    expect(acts).toContain('session.end')
  })

  it('gets nothing when somebody says no, and no page lets it in that is not logged in', async () => {
    const { user_code, device_code } = await ask()
    const fields = { user_code, decision: 'yes' }
    const stranger = await send('POST', '/login/device/decide', OWN_PAGE, fields)
    expect([stranger.status, stranger.headers.get('location')]).toEqual([
      303,
      '/login?return_to=%2Flogin%2Fdevice',
    ])
    const cookie = await logIn(reader)
    // A page of strangers cannot say yes by the cookie of somebody.
    expect(
      (await send('POST', '/login/device/decide', { ...cookie, 'sec-fetch-site': 'cross-site' }, fields))
        .status,
    ).toBe(403)
    await send('POST', '/login/device/decide', { ...cookie, ...OWN_PAGE }, { user_code, decision: 'no' })
    expect((await poll(device_code)).json.error).toBe('access_denied')
  })

  it('shows what it calls itself as text', async () => {
    const { user_code } = await ask('<script>alert(1)</script>')
    const cookie = { ...(await logIn(reader)), ...OWN_PAGE }
    const page = await (await send('POST', '/login/device', cookie, { user_code })).text()
    expect(page).toContain('&lt;script&gt;')
    expect(page).not.toContain('<script')
  })

  it('is refused beyond twenty that wait for one address', async () => {
    for (let made = 0; made < 20; made++) await ask()
    const { status, json } = await api('POST', '/auth/device', {}, {})
    expect([status, json.error.code]).toEqual([503, 'UNAVAILABLE'])
    await test.database.connect().query('delete from device_grants')
  })
})

describe('the identity provider', () => {
  it('is where the browser is sent, with what only this browser can come back with', async () => {
    const response = await send('GET', '/login/start?return_to=%2Fapi%2Fv1%2Fdocs')
    const there = new URL(response.headers.get('location') ?? '')
    expect(there.origin).toBe(provider.url)
    const { searchParams } = there
    expect(searchParams.get('redirect_uri')).toBe(`${test.app.url}/login/callback`)
    expect(searchParams.get('code_challenge_method')).toBe('S256')
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(searchParams.get(name)).toMatch(/^[\w-]{43}$/)
    expect(response.headers.getSetCookie()[0]).toMatch(/^epr-login=.*HttpOnly; SameSite=Lax$/)
  })

  it.each(['code=x&state=y', 'error=access_denied&state=y', ''])(
    'lets nobody in who comes back with ?%s',
    async (query) => {
      const { cookie = '' } = toCookie(await send('GET', '/login/start'))
      for (const headers of [{}, { cookie }, { cookie: 'epr-login=bm9uc2Vuc2U' }]) {
        const response = await send('GET', `/login/callback?${query}`, headers)
        expect([response.status, response.headers.getSetCookie()]).toEqual([401, []])
        expect(await response.text()).toContain('role="alert"')
      }
    },
  )

  it('is named on the page, which goes to it', async () => {
    const page = await (await send('GET', '/login')).text()
    expect(page).toContain(`Log in with ${new URL(provider.url).host}`)
  })
})

it('does not answer: the page says so, and keys are good as before', async () => {
  const other = await startTestApp({
    oidcIssuer: 'http://127.0.0.1:1',
    oidcClientId: 'epr',
    auth: 'required',
    adminKey: admin,
  })
  try {
    const response = await fetch(`${other.app.url}/login/start`, { redirect: 'manual' })
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('The identity provider does not answer')
    const who = await fetch(`${other.app.url}/api/v1/auth/whoami`, { headers: bearer(admin) })
    expect(who.status).toBe(200)
  } finally {
    await other.close()
  }
})

it('records as whoever has logged in', async () => {
  const cookie = { ...(await logIn(admin)), ...OWN_PAGE }
  const receiver = (await api('POST', '/receivers', cookie, buildReceiver())).json.data
  const event = (await api('POST', '/events', cookie, buildEvent(receiver))).json.data
  const { actor } = (await api('GET', `/events/${event}`, cookie)).json.data[0]
  expect(actor).toMatchObject({ id: 'key:root', type: 'api_key' })
})
