import { buildEvent, buildReceiver, startTestIssuer, type TestIssuer, waitFor } from '@epr/testkit'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { drawSession } from '../src/access/key-text.js'
import { type App, startApp } from '../src/app.js'
import { deleteExpiredSessions } from '../src/storage/sessions.js'
import { buildConfig, startTestApp, type TestApp } from './support/test-app.js'

const AUDIENCE = 'https://epr.example.org'
const JOB = { repository_id: '456789', repository: 'acme/shop', run_id: '7' }
const EXCHANGE = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
}
const MINUTE_MS = 60_000

let test: TestApp
let other: App
let ci: TestIssuer
let admin: string
let tests: string

async function call(method: string, path: string, token?: string, body?: unknown, app: App = test.app) {
  const response = await fetch(`${app.url}/api/v1${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(!(body instanceof URLSearchParams) && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: body instanceof URLSearchParams ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text) }
}

const exchange = (token: string, more: object = {}) =>
  call('POST', '/auth/token', undefined, { ...EXCHANGE, subject_token: token, ...more })

async function begin(claims: Record<string, unknown> = JOB): Promise<string> {
  const { json } = await exchange(await ci.sign(claims))
  return json.access_token
}

const record = (token: string, name: string, app?: App) =>
  call('POST', '/events', token, buildEvent(tests, { name }), app)

const allow = (name: string, repository_id: string, about: string, issuer = 'ci') =>
  call('PUT', `/policies/${name}`, admin, {
    who: [{ ci: issuer, repository_id }],
    may: [{ record: ['tests'], about: { name: about } }],
  })

const putIssuer = (name: string, issuer: string) =>
  call('PUT', `/issuers/${name}`, admin, { issuer, audience: AUDIENCE, pins: ['repository_id'] })

beforeAll(async () => {
  test = await startTestApp()
  const config = buildConfig({ db: test.database.url })
  other = await startApp({ config, version: '0.0.0-test', log: pino({ level: 'silent' }) })
  ci = await startTestIssuer({ audience: AUDIENCE })
  tests = await test.api.create('/receivers', buildReceiver({ name: 'tests', type: 'shop.tested' }))
  admin = (await test.api.post('/keys', { name: 'root', admin: true })).json.data.key
  await putIssuer('ci', ci.url)
  await allow('shop-ci', '456789', 'shop/*')
})
afterAll(async () => {
  await ci.close()
  await other.stop()
  await test.close()
})
afterEach(() => vi.useRealTimers())

/** As if time had passed, for this process. */
const pass = (minutes: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * MINUTE_MS })

describe('a session', () => {
  it('is given for the token of a job, as a form and as JSON, and kept by nobody on the way', async () => {
    const form = new URLSearchParams({ ...EXCHANGE, subject_token: await ci.sign(JOB) })
    const { status, headers, json } = await call('POST', '/auth/token', undefined, form)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(json).toEqual({
      access_token: expect.stringMatching(/^eprs_[0-9A-Za-z]{46}$/),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 3_600,
    })
    expect((await exchange(await ci.sign(JOB))).json.access_token).not.toBe(json.access_token)
  })

  it('is the same caller as its job, with the same rights and the same actor, and says when it ends', async () => {
    const [token, session] = [await ci.sign(JOB), await begin()]
    const [job, who] = [await call('GET', '/auth/whoami', token), await call('GET', '/auth/whoami', session)]
    const { id, label, rights } = job.json.data
    expect(who.json.data).toMatchObject({ id, label, rights, kind: 'session' })
    expect(Math.round((Date.parse(who.json.data.expires_at) - Date.now()) / MINUTE_MS)).toBe(60)
    for (const credential of [token, session]) await record(credential, 'shop/same')
    const actors = await test.database
      .connect(1)
      .query<{ actor_id: number }>("select distinct actor_id from events where name = 'shop/same'")
    expect(actors).toHaveLength(1)
    expect((await record(session, 'bank')).status).toBe(403)
  })

  it('outlives its token, and ends after an hour', async () => {
    const [token, session] = [await ci.sign(JOB), await begin()]
    expect((await record(token, 'shop/cart')).status).toBe(200)
    pass(10)
    expect((await record(token, 'shop/cart')).status).toBe(401)
    expect((await record(session, 'shop/cart')).status).toBe(200)
    pass(55)
    const over = await record(session, 'shop/cart')
    expect([over.status, over.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="epr"'])
  })

  it('is good on another server of the same database at once', async () => {
    expect((await record(await begin(), 'shop/cart', other)).status).toBe(200)
  })

  it('may do what policies say by now', async () => {
    await allow('changing', '1', 'shop/*')
    const session = await begin({ ...JOB, repository_id: '1' })
    expect((await record(session, 'shop/cart')).status).toBe(200)
    await allow('changing', '1', 'bank/*')
    expect((await record(session, 'shop/cart')).status).toBe(403)
    expect((await record(session, 'bank/vault')).status).toBe(200)
  })

  it('that is ended by an admin is refused by every server', async () => {
    const session = await begin()
    for (const app of [test.app, other])
      expect((await call('GET', '/auth/whoami', session, undefined, app)).status).toBe(200)
    const { json } = await call('GET', '/sessions', admin)
    const { id, caller } = json.data.find((each: { id: string }) => each.id === session.slice(5, 13))
    expect(caller).toBe('ci:ci:repository_id=456789')
    expect((await call('DELETE', `/sessions/${id}`, admin)).status).toBe(200)
    expect((await call('GET', '/auth/whoami', session)).status).toBe(401)
    await waitFor(
      'the refusal of the other server',
      async () => (await call('GET', '/auth/whoami', session, undefined, other)).status === 401,
    )
    expect((await call('DELETE', `/sessions/${id}`, admin)).status).toBe(404)
    expect((await call('GET', '/audit?limit=1', admin)).json.data[0]).toMatchObject({ act: 'session.revoke' })
  })

  it('ends with its issuer, also when that comes back', async () => {
    const gone = await startTestIssuer({ audience: AUDIENCE })
    await putIssuer('gone', gone.url)
    await allow('of-gone', '1', 'shop/*', 'gone')
    const session = (await exchange(await gone.sign({ repository_id: '1' }))).json.access_token
    expect((await record(session, 'shop/cart')).status).toBe(200)
    await call('DELETE', '/policies/of-gone', admin)
    await call('DELETE', '/issuers/gone', admin)
    expect((await record(session, 'shop/cart')).status).toBe(401)
    await putIssuer('gone', gone.url)
    await allow('of-gone', '1', 'shop/*', 'gone')
    expect((await record(session, 'shop/cart')).status).toBe(401)
    await gone.close()
  })
})

it('sessions that are over are removed, and no others', async () => {
  const database = test.database.connect(1)
  const ids = async () =>
    (await database.query<{ id: string }>('select id from sessions')).map(({ id }) => id)
  const [over, good] = [(await begin()).slice(5, 13), (await begin()).slice(5, 13)]
  await database.query("update sessions set expires_at = now() - interval '1 second' where id = $1", [over])
  await deleteExpiredSessions(database)
  expect(await ids()).not.toContain(over)
  expect(await ids()).toContain(good)
})

describe('what is no exchange', () => {
  it.each([
    ['another grant', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['no grant', { grant_type: undefined }, 'invalid_request'],
    [
      'another kind of token',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
      'invalid_request',
    ],
    [
      'a wish for another kind',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:jwt' },
      'invalid_request',
    ],
  ])('%s is refused as RFC 6749 says', async (_, more, error) => {
    const { status, json } = await exchange(await ci.sign(JOB), more)
    expect(status).toBe(400)
    expect(json).toMatchObject({ error, errors: [expect.any(String)], request_id: expect.any(String) })
    expect(json.error_description).not.toContain('"')
  })

  it('a key, a session, a token that is not good and one that no policy is for get none', async () => {
    for (const [token, why] of [
      [admin, 'a key or a session'],
      [await begin(), 'a key or a session'],
      [await ci.sign({ ...JOB, aud: 'https://github.com/acme' }), 'audience'],
      [await ci.sign({ ...JOB, repository_id: '2' }), 'another repository_id'],
      ['a.b.c', 'JSON Web Token'],
    ] as const) {
      const { status, json } = await exchange(token)
      expect([status, json.error]).toEqual([400, 'invalid_request'])
      expect(json.errors[0]).toContain(why)
    }
  })

  it('a form that says something twice', async () => {
    const form = new URLSearchParams({ ...EXCHANGE, subject_token: await ci.sign(JOB) })
    form.append('subject_token', 'other')
    const { status, json } = await call('POST', '/auth/token', undefined, form)
    expect([status, json.error]).toEqual([400, 'invalid_request'])
  })
})

it('sessions that were invented are refused, and looked up together', async () => {
  const invented = await Promise.all(
    Array.from({ length: 100 }, () => call('GET', '/auth/whoami', drawSession().text)),
  )
  expect(new Set(invented.map(({ status }) => status))).toEqual(new Set([401]))
  expect((await call('GET', '/auth/whoami', 'eprs_none')).status).toBe(401)
})
