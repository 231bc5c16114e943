import { afterAll, beforeAll, expect, it } from 'vitest'
import { drawKey } from '../src/access/key-text.js'
import { type Forgery, type ForgingProvider, startForgingProvider } from './support/forging-provider.js'
import { startTestApp, type TestApp } from './support/test-app.js'

const clientId = 'epr'

let provider: ForgingProvider
let test: TestApp

beforeAll(async () => {
  provider = await startForgingProvider({ clientId })
  test = await startTestApp({
    auth: 'required',
    adminKey: drawKey().text,
    oidcIssuer: provider.url,
    oidcClientId: clientId,
    oidcClientSecret: 'secret',
  })
})
afterAll(async () => {
  await test?.close()
  await provider?.close()
})

/** As a browser does. */
async function logIn(forgery: Forgery): Promise<Response> {
  const away = await fetch(`${test.app.url}/login/start`, { redirect: 'manual' })
  const cookie = away.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const back = provider.letIn(new URL(away.headers.get('location') ?? ''), forgery)
  return fetch(back, { redirect: 'manual', headers: { cookie } })
}

const countSessions = async (): Promise<number> => {
  const [row] = await test.database.connect().query<{ count: number }>('select count(*)::int from sessions')
  return row?.count ?? -1
}

it('lets in whom the provider vouches for', async () => {
  const response = await logIn({})
  expect(response.status).toBe(303)
  expect(response.headers.getSetCookie()[0]).toMatch(/^epr=eprs_/)
  expect(await countSessions()).toBe(1)
})

const hourAgo = Math.floor(Date.now() / 1_000) - 3_600

it.each<[string, Forgery]>([
  ['is signed by another key', { isByStranger: true }],
  ['is for another login', { claims: { nonce: 'of-another-login' } }],
  ['is for no login', { claims: { nonce: undefined } }],
  ['is for another client', { claims: { aud: 'another' } }],
  ['is of another issuer', { claims: { iss: 'https://evil.example' } }],
  ['is over', { claims: { exp: hourAgo } }],
  ['is of nobody', { claims: { sub: undefined } }],
])('lets nobody in whose ID token %s, and makes no session', async (_, forgery) => {
  const before = await countSessions()
  const response = await logIn(forgery)
  expect(response.status).toBe(401)
  expect(response.headers.getSetCookie()).toEqual([])
  expect(await response.text()).toContain('begin again')
  expect(await countSessions()).toBe(before)
})
