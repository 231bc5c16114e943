import { HEARTBEAT_LIMITS, type Heartbeat } from '@epr/model'
import { type Api, buildEvent, buildReceiver, createApi, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drawKey } from '../src/access/key-text.js'
import type { Database } from '../src/storage/database.js'
import { deleteGoneWatchers, MAX_WATCHERS } from '../src/storage/watchers.js'
import { startTestApp, type TestApp } from './support/test-app.js'

const { text: admin } = drawKey()
let test: TestApp
let database: Database
let asAdmin: Api
beforeAll(async () => {
  test = await startTestApp({ auth: 'required', adminKey: admin })
  database = test.database.connect(1)
  asAdmin = as(admin)
})
afterAll(() => test.close())
beforeEach(() => database.query('delete from watchers'))

const as = (key: string) => createApi(test.app.url, { authorization: `Bearer ${key}` })

const beat = (overrides: Partial<Heartbeat> = {}): Heartbeat => ({
  version: '0.1.0',
  source: 'feed',
  ready: true,
  started_at: '2026-11-01T00:00:00Z',
  lag: null,
  cursor: null,
  processed: 3,
  failed: 1,
  dead_lettered: 1,
  dead_letters: [{ time: '2026-11-01T00:00:01Z', kind: 'handler-failed', error: 'Error: no', id: 'a' }],
  ...overrides,
})

async function put(api: Api, name: string, body: unknown, instance = 'one') {
  const response = await fetch(`${api.baseUrl}/api/v1/watchers/${encodeURIComponent(name)}/${instance}`, {
    method: 'PUT',
    headers: { ...api.headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const json = (await response.json()) as { errors?: string[] }
  return { status: response.status, errors: json.errors }
}

const list = async () => (await asAdmin.get('/watchers')).json.data

async function keyFor(name: string): Promise<Api> {
  const { json } = await asAdmin.post('/keys', { name })
  await fetch(`${test.app.url}/api/v1/policies/${name}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${admin}` },
    body: JSON.stringify({ who: [{ key: name }], may: ['read'] }),
  })
  return as(json.data.key)
}

describe('watchers', () => {
  it('are listed as their last heartbeat says, and with how far they are behind', async () => {
    const receiver = await asAdmin.create('/receivers', buildReceiver())
    for (let count = 0; count < 3; count++) await asAdmin.create('/events', buildEvent(receiver))
    const newest = await waitFor('all messages', async () => {
      const { next } = (await asAdmin.get('/messages?after=latest')).json
      return Number(next) === 4 && Number(next)
    })
    await put(asAdmin, 'deployer', beat({ processed: 1 }))
    await put(asAdmin, 'deployer', beat({ cursor: '1' }))
    await put(asAdmin, 'audit/tail', beat({ source: 'kafka', lag: 7 }))
    expect(await list()).toEqual([
      {
        name: 'audit/tail',
        instance: 'one',
        seen_at: expect.any(String),
        silent_since: null,
        ...beat(),
        source: 'kafka',
        lag: 7,
      },
      {
        name: 'deployer',
        instance: 'one',
        seen_at: expect.any(String),
        silent_since: null,
        ...beat({ cursor: '1' }),
        lag: newest - 1,
      },
    ])
  })

  it('are silent when they were not heard for a minute, and forgotten after a week', async () => {
    await put(asAdmin, 'quiet', beat())
    await put(asAdmin, 'gone', beat())
    await database.query("update watchers set seen_at = now() - interval '61 s' where name = 'quiet'")
    await database.query("update watchers set seen_at = now() - interval '8 days' where name = 'gone'")
    await deleteGoneWatchers(database)
    const [only, ...others] = await list()
    expect(others).toEqual([])
    expect(only).toMatchObject({ name: 'quiet', silent_since: only.seen_at })
    await put(asAdmin, 'quiet', beat())
    expect((await list())[0].silent_since).toBeNull()
  })

  it('are spoken for by the key of their name alone', async () => {
    const shop = await keyFor('shop')
    expect((await put(shop, 'shop', beat())).status).toBe(200)
    expect((await put(shop, 'shop.deployer', beat())).status).toBe(200)
    expect(await put(shop, 'shopping', beat())).toEqual({
      status: 403,
      errors: ['the key shop speaks for watchers called shop or shop.…, and not for "shopping"'],
    })
    // Who may do everything may speak for others, but not while those speak themselves.
    expect((await put(asAdmin, 'shop', beat())).status).toBe(403)
    await database.query("update watchers set seen_at = now() - interval '61 s'")
    expect((await put(asAdmin, 'shop', beat())).status).toBe(200)
  })

  it('are so many at most, and who was silent for longest makes room', async () => {
    await database.query(
      `insert into watchers (name, instance, caller, document)
       select 'w' || n, 'one', 'key:admin', $1::json from generate_series(1, $2::int) n`,
      [JSON.stringify(beat()), MAX_WATCHERS],
    )
    expect((await put(asAdmin, 'another', beat())).status).toBe(429)
    expect((await put(asAdmin, 'w1', beat())).status).toBe(200)
    await database.query("update watchers set seen_at = now() - interval '61 s' where name = 'w2'")
    expect((await put(asAdmin, 'another', beat())).status).toBe(200)
    const names = (await list()).map(({ name }: { name: string }) => name)
    expect(names).toHaveLength(MAX_WATCHERS)
    expect(names).toContain('another')
    expect(names).not.toContain('w2')
  })

  it.each<[string, object, RegExp]>([
    ['a text that is too long', { version: 'x'.repeat(41) }, /version/],
    [
      'too many reasons',
      { dead_letters: Array(HEARTBEAT_LIMITS.deadLetters + 1).fill(beat().dead_letters[0]) },
      /dead_letters/,
    ],
    ['what it does not know', { payload: 1 }, /payload/],
    ['a count below nothing', { processed: -1 }, /processed/],
  ])('are refused with %s', async (_, overrides, problem) => {
    const { status, errors } = await put(asAdmin, 'bad', { ...beat(), ...overrides })
    expect([status, errors?.join()]).toEqual([400, expect.stringMatching(problem)])
  })

  it('are refused with a name that is too long', async () => {
    expect(await put(asAdmin, 'x'.repeat(256), beat())).toEqual({
      status: 400,
      errors: ['name must have at most 255 characters'],
    })
  })
})
