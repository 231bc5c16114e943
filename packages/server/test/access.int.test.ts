import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Answer,
  buildEvent,
  buildGroup,
  buildNvrpp,
  buildReceiver,
  createApi,
  runServer,
  startServer,
  waitFor,
} from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let admin: string
let receiver: string
let group: string

type Headers = Record<string, string>
const bearer = (key: string): Headers => ({ authorization: `Bearer ${key}` })

async function call(method: string, path: string, headers: Headers = {}, body?: unknown): Promise<Answer> {
  const response = await fetch(`${test.app.url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  let json: Answer['json']
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  return { status: response.status, headers: response.headers, text, json }
}

const api = (method: string, path: string, key: string | undefined, body?: unknown) =>
  call(method, `/api/v1${path}`, key === undefined ? {} : bearer(key), body)

async function createKey(name: string): Promise<string> {
  const { json } = await api('POST', '/keys', admin, { name })
  return json.data.key
}

const allow = (name: string, may: unknown[], who: unknown[] = [{ key: name }]) =>
  api('PUT', `/policies/${name}`, admin, { who, may })

beforeAll(async () => {
  test = await startTestApp()
  // While nobody is asked: the first key ends that.
  receiver = await test.api.create('/receivers', buildReceiver({ name: 'tests', type: 'shop.tested' }))
  group = await test.api.create('/groups', buildGroup([receiver], { name: 'release', type: 'shop.released' }))
  const open = await api('GET', '/auth/whoami', undefined)
  expect(open.json.data).toMatchObject({ kind: 'anonymous', open: true })
  admin = (await api('POST', '/keys', undefined, { name: 'root', admin: true })).json.data.key
})
afterAll(() => test.close())

describe('a credential', () => {
  it('is a key as a bearer, as a password, or as X-API-Key, and not two that differ', async () => {
    const basic = `Basic ${Buffer.from(`anyone:${admin}`).toString('base64')}`
    for (const headers of [bearer(admin), { authorization: basic }, { 'x-api-key': admin }])
      expect((await call('GET', '/api/v1/auth/whoami', headers)).json.data).toMatchObject({
        kind: 'key',
        id: 'key:root',
      })
    expect(
      (await call('GET', '/api/v1/auth/whoami', { ...bearer(admin), 'x-api-key': 'other' })).status,
    ).toBe(400)
  })
})

describe('a policy', () => {
  it('lets a key record at the receivers and about the artifacts that it names, and nowhere else', async () => {
    const key = await createKey('shop-ci')
    const other = await api(
      'POST',
      '/receivers',
      admin,
      buildReceiver({ name: 'scan', type: 'shop.scanned' }),
    )
    const put = await allow('shop-ci', [{ record: ['tests'], about: { name: 'shop/*' } }])
    expect(put.json.data.resolved.grants).toEqual([
      { verb: 'record', receivers: [receiver], about: { name: 'shop/*' } },
    ])

    const post = (to: string, name: string) =>
      api('POST', '/events', key, buildEvent(to, buildNvrpp({ name })))
    expect((await post(receiver, 'shop/cart')).status).toBe(200)
    const elsewhere = await post(other.json.data, 'shop/cart')
    expect([elsewhere.status, elsewhere.json.error.message]).toEqual([
      403,
      expect.stringContaining('the key shop-ci may not record at the receiver'),
    ])
    expect((await post(receiver, 'bank/vault')).status).toBe(403)
    const state = await api(
      'GET',
      `/groups/${group}/status?${new URLSearchParams(buildNvrpp({ name: 'bank/vault' }))}`,
      admin,
    )
    expect(state.json.data[0].state).toBe('missing')

    const batch = await api('POST', '/events/batch', key, [
      buildEvent(receiver, buildNvrpp({ name: 'shop/cart' })),
      buildEvent(receiver, buildNvrpp({ name: 'bank/vault' })),
    ])
    expect([batch.status, batch.json.data[1].error.code]).toEqual([200, 'PERMISSION_DENIED'])
    expect(batch.json.data[0]).toHaveProperty('id')
  })

  it('may speak of those who send no key', async () => {
    expect((await api('GET', '/events', undefined)).status).toBe(401)
    await allow('everybody', ['read'], [{ anonymous: true }])
    expect((await api('GET', '/events', undefined)).status).toBe(200)
    expect((await api('POST', '/events', undefined, buildEvent(receiver))).status).toBe(401)
    expect((await api('GET', '/events', 'eprk_bad')).status).toBe(401)
    await api('DELETE', '/policies/everybody', admin)
    expect((await api('GET', '/events', undefined)).status).toBe(401)
  })

  it('is refused when it names what there is not, or says what no policy can', async () => {
    for (const [may, problem] of [
      [[{ record: ['nope'] }], 'there is no receiver "nope"'],
      [[{ switch: ['nope'] }], 'there is no group "nope"'],
      [['write'], 'may'],
      [[{ record: ['tests'], about: { nam: 'x' } }], 'about'],
    ] as const) {
      const { status, json } = await allow('bad', [...may])
      expect([status, json.error.message]).toEqual([400, expect.stringContaining(problem)])
    }
  })

  it('explains to the one who asks why not', async () => {
    const key = await createKey('asks')
    await allow('asks', ['read'])
    const ask = (deed: object) => api('POST', '/auth/explain', key, deed)
    expect((await ask({ verb: 'read' })).json.data).toEqual({ allowed: true, reason: null })
    const { json } = await ask({ verb: 'record', receiver, artifact: buildNvrpp() })
    expect(json.data).toEqual({
      allowed: false,
      reason: expect.stringContaining('no policy grants it record'),
    })
  })
})

describe('a key', () => {
  it('is shown once, has an end, and its name is taken while it lives', async () => {
    const created = await api('POST', '/keys', admin, { name: 'once' })
    expect(created.json.data.key).toMatch(/^eprk_/)
    const days = (Date.parse(created.json.data.expires_at) - Date.now()) / 86_400_000
    expect(Math.round(days)).toBe(90)
    expect((await api('POST', '/keys', admin, { name: 'once' })).status).toBe(409)
    const listed = await api('GET', '/keys', admin)
    expect(listed.text).not.toContain(created.json.data.key)
    expect(listed.text).not.toContain('hash')
  })

  it('is rotated: both are good for a while, and are the same caller', async () => {
    const old = await createKey('turns')
    const { json } = await api('POST', '/keys/rotate?name=turns', admin, { overlap: '1h' })
    for (const key of [old, json.data.key])
      expect((await api('GET', '/auth/whoami', key)).json.data.id).toBe('key:turns')
    await api('DELETE', `/keys/${json.data.id}`, admin)
    expect((await api('GET', '/auth/whoami', json.data.key)).status).toBe(401)
    expect((await api('GET', '/auth/whoami', old)).status).toBe(200)
    await api('DELETE', '/keys?name=turns', admin)
    expect((await api('GET', '/auth/whoami', old)).status).toBe(401)
  })

  it('does not get the answers of another to the same Idempotency-Key', async () => {
    const [one, two] = [await createKey('one'), await createKey('two')]
    await allow('both', [{ record: '*' }], [{ key: 'one' }, { key: 'two' }])
    const event = buildEvent(receiver)
    const post = async (key: string) =>
      (await call('POST', '/api/v1/events', { ...bearer(key), 'idempotency-key': 'same' }, event)).json.data
    const first = await post(one)
    expect(await post(one)).toBe(first)
    expect(await post(two)).not.toBe(first)
  })

  it('ends the streams of the one who has it when it is revoked', async () => {
    const key = await createKey('listens')
    await allow('listens', ['read'])
    const response = await fetch(`${test.app.url}/api/v1/messages?after=latest`, {
      headers: { ...bearer(key), accept: 'text/event-stream' },
    })
    expect(response.status).toBe(200)
    const ended = response.text()
    await api('DELETE', '/keys?name=listens', admin)
    await ended
  })

  it('leaves every administrative act in the audit list', async () => {
    const { json } = await api('GET', '/audit?limit=1000', admin)
    const acts = json.data.map(
      ({ actor, act, object }: Record<string, string>) => `${actor} ${act} ${object}`,
    )
    expect(acts).toContain('anonymous key.create root')
    expect(acts).toContain('key:root key.revoke turns')
    expect(acts).toContain('key:root policy.put shop-ci')
    expect(acts).toContain('key:root policy.delete everybody')
    expect(JSON.stringify(json)).not.toContain('eprk_')
  })
})

describe('several servers', () => {
  it('refuse a revoked key within a second, though another has revoked it', async () => {
    const other = await startServer({ args: ['--db', test.database.url] })
    try {
      const key = await createKey('roams')
      await allow('roams', ['read'])
      const ask = async () => (await fetch(`${other.url}/api/v1/events`, { headers: bearer(key) })).status
      await waitFor('the other to know it', async () => (await ask()) === 200)
      await api('DELETE', '/keys?name=roams', admin)
      const revokedAt = performance.now()
      await waitFor('the other to refuse it', async () => (await ask()) === 401)
      expect(performance.now() - revokedAt).toBeLessThan(2_000)
    } finally {
      await other.stop()
    }
  })
})

it('a server on its own machine stays closed when its last key is revoked', async () => {
  const fresh = await startTestApp()
  try {
    const { json } = await fresh.api.post('/keys', { name: 'only', admin: true })
    const headers = bearer(json.data.key)
    const revoked = await fetch(`${fresh.app.url}/api/v1/keys?name=only`, { method: 'DELETE', headers })
    expect(revoked.status).toBe(200)
    expect((await fresh.api.get('/events')).status).toBe(401)
    expect((await fresh.api.post('/keys', { name: 'mine', admin: true })).status).toBe(401)
  } finally {
    await fresh.close()
  }
})

describe('a server that others reach', () => {
  const at = (db: string, ...args: string[]) => ['--host', '0.0.0.0', '--db', db, ...args]

  it('with a database of somebody else wants a key, and says the ways to one', async () => {
    const fresh = await startTestApp()
    try {
      const { code, stderr } = await runServer({ args: at(fresh.database.url, '--port', '0') })
      expect(code).toBe(2)
      expect(stderr).toMatch(/EPR_ADMIN_KEY.*epr-server key create.*--auth off/)
      const bad = await runServer({
        args: at(fresh.database.url, '--port', '0'),
        env: { EPR_ADMIN_KEY: 'secret-but-no-key' },
      })
      expect([bad.code, bad.stderr]).toEqual([2, expect.not.stringContaining('secret-but-no-key')])
    } finally {
      await fresh.close()
    }
  })

  it('with its own makes a key, in a file of its owner alone, and says where', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'epr-access-'))
    const server = await startServer({ args: at(directory) })
    try {
      const file = join(directory, 'admin.key')
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      const key = (await readFile(file, 'utf8')).trim()
      const { stdout, stderr } = server.output()
      expect(stderr).toContain(file)
      expect(stdout + stderr).not.toContain(key)
      const url = server.url.replace('0.0.0.0', '127.0.0.1')
      const ask = async (path: string, headers: Headers) => (await fetch(`${url}${path}`, { headers })).status
      expect(await ask('/api/v1/events', {})).toBe(401)
      expect(await ask('/api/v1/events', bearer(key))).toBe(200)
      expect([await ask('/metrics', {}), await ask('/metrics', bearer(key))]).toEqual([401, 200])
    } finally {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    }
  })

  it('does not take a proxy of its own machine for this machine', async () => {
    const fresh = await startTestApp()
    try {
      const ask = async (headers: Headers) =>
        (await fetch(`${fresh.app.url}/api/v1/events`, { headers })).status
      expect(await ask({})).toBe(200)
      for (const name of ['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Real-IP'])
        expect(await ask({ [name]: '192.0.2.1' })).toBe(401)
      expect((await createApi(fresh.app.url).get('/auth/whoami')).json.data.open).toBe(true)
    } finally {
      await fresh.close()
    }
  })
})
