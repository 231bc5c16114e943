import { buildEvent, buildReceiver, startTestIssuer, type TestIssuer, waitFor } from '@epr/testkit'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawKey } from '../src/access/key-text.js'
import { startApp } from '../src/app.js'
import { buildConfig, startTestApp, type TestApp } from './support/test-app.js'

const AUDIENCE = 'https://epr.example.org'
const WORKFLOW = 'acme/shop/.github/workflows/release.yml@refs/heads/main'
const JOB = { repository_id: '456789', workflow_ref: WORKFLOW, event_name: 'push' }

let test: TestApp
let ci: TestIssuer
let admin: string
let tests: string
let scans: string

async function call(method: string, path: string, token: string, body?: unknown) {
  const response = await fetch(`${test.app.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const record = (token: string, receiver: string, name: string) =>
  call('POST', '/events', token, buildEvent(receiver, { name }))

beforeAll(async () => {
  test = await startTestApp()
  ci = await startTestIssuer({ audience: AUDIENCE })
  tests = await test.api.create('/receivers', buildReceiver({ name: 'tests', type: 'shop.tested' }))
  scans = await test.api.create('/receivers', buildReceiver({ name: 'scans', type: 'shop.scanned' }))
  const created = await call('POST', '/keys', 'nobody', { name: 'root', admin: true })
  admin = JSON.parse(created.text).data.key
  const put = await call('PUT', '/issuers/ci', admin, {
    issuer: ci.url,
    audience: AUDIENCE,
    pins: ['repository_id'],
  })
  expect(put.status, put.text).toBe(200)
  const policy = await call('PUT', '/policies/shop-ci', admin, {
    who: [{ ci: 'ci', repository_id: '456789', workflow_ref: WORKFLOW }],
    may: [{ record: ['tests'], about: { name: 'shop/*' } }],
  })
  expect(policy.status, policy.text).toBe(200)
})

afterAll(async () => {
  await ci.close()
  await test.close()
})

describe('the token of a CI job', () => {
  it('records at the receiver and about the artifact that its policy names, and nowhere else', async () => {
    const token = await ci.sign(JOB)
    expect((await record(token, tests, 'shop/cart')).status).toBe(200)
    expect((await record(token, tests, 'bank')).status).toBe(403)
    expect((await record(token, scans, 'shop/cart')).status).toBe(403)
    expect((await call('GET', '/events', token)).status).toBe(403)
  })

  it('stands on what it records: one actor for each run, whatever token it shows', async () => {
    const run = { ...JOB, repository: 'acme/shop', run_id: '7', sha: 'c0ffee', actor: 'ann' }
    for (const run_id of ['7', '7', '8'])
      await record(await ci.sign({ ...run, run_id, jti: crypto.randomUUID() }), tests, 'shop/run')
    const { data } = JSON.parse((await call('GET', '/events?name=shop/run', admin)).text)
    const actor = { id: 'ci:ci:repository_id=456789', type: 'service_account', label: 'acme/shop' }
    expect(data.map((event: { actor: object }) => event.actor)).toEqual([actor, actor, actor])
    const kept = await test.database
      .connect(1)
      .query<{ claims: string }>(
        "select claims::text from actors where claims->>'sha' = 'c0ffee' order by id",
      )
    expect(kept.map(({ claims }) => JSON.parse(claims).run_id)).toEqual(['7', '8'])
    expect(kept[0]?.claims).not.toContain('ann')
  })

  it('of another repository is refused, by the claim that differs', async () => {
    const { status, text } = await record(await ci.sign({ ...JOB, repository_id: '1' }), tests, 'shop/cart')
    expect(status).toBe(403)
    expect(text).toContain('the policy shop-ci is for another repository_id')
  })

  it('of a pull request is refused where no policy names such', async () => {
    const token = await ci.sign({ ...JOB, event_name: 'pull_request_target' })
    expect((await record(token, tests, 'shop/cart')).status).toBe(403)
  })

  it('of an issuer that is not configured is nobody’s', async () => {
    const answer = await record(await ci.sign({ ...JOB, iss: `${ci.url}/` }), tests, 'shop/cart')
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
  })
})

it('a policy that trusts names alone is refused, and an issuer cannot become another below a policy', async () => {
  const who = [{ ci: 'ci', repository: 'acme/shop' }]
  const policy = await call('PUT', '/policies/names', admin, { who, may: ['read'] })
  expect(policy.status).toBe(400)
  expect(policy.text).toContain('pin repository_id')
  const other = { issuer: 'https://ci.example.org', audience: AUDIENCE, pins: ['repository_id'] }
  expect((await call('PUT', '/issuers/ci', admin, other)).status).toBe(400)
  expect((await call('DELETE', '/issuers/ci', admin)).status).toBe(400)
})

it('a claim that is called as a key does not let that key in', async () => {
  const created = await call('POST', '/keys', admin, { name: 'shop' })
  const key = JSON.parse(created.text).data.key
  const who = [{ ci: 'ci', repository_id: '1', key: 'shop' }]
  expect((await call('PUT', '/policies/key-claim', admin, { who, may: ['read'] })).status).toBe(200)
  expect((await call('GET', '/events', key)).status).toBe(403)
})

describe('an issuer that says no audience', () => {
  const POLICY = { who: [{ ci: 'ci', repository_id: '456789' }], may: ['read'] }
  const { text: key } = drawKey()

  it('has the public URL of the server, and no token is taken where there is none', async () => {
    const published = await startTestApp({ publicUrl: AUDIENCE, adminKey: key })
    const jobs = await startTestIssuer({ audience: AUDIENCE })
    const at = (url: string) => (method: string, path: string, token: string, body?: unknown) =>
      fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    const ask = at(published.app.url)
    const own = buildConfig({ db: published.database.url })
    const silent = await startApp({ config: own, version: '0', log: pino({ level: 'silent' }) })
    try {
      const put = await ask('PUT', '/issuers/ci', key, { issuer: jobs.url, pins: ['repository_id'] })
      expect(put.status).toBe(200)
      expect((await ask('PUT', '/policies/ci', key, POLICY)).status).toBe(200)
      const token = await jobs.sign(JOB)
      expect((await ask('GET', '/events', token)).status).toBe(200)
      expect((await ask('GET', '/events', await jobs.sign({ ...JOB, aud: 'https://other' }))).status).toBe(
        401,
      )

      const elsewhere = at(silent.url)
      await waitFor('the other server to know the issuer', async () => {
        const issuers = await elsewhere('GET', '/issuers', key)
        return (await issuers.text()).includes(jobs.url)
      })
      for (const aud of [AUDIENCE, undefined])
        expect((await elsewhere('GET', '/events', await jobs.sign({ ...JOB, aud }))).status).toBe(401)
      const refused = await elsewhere('PUT', '/issuers/other', key, { issuer: 'https://other.example.org' })
      expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('--public-url')])
    } finally {
      await silent.stop()
      await jobs.close()
      await published.close()
    }
  })
})
