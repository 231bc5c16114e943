import { fromJsonText, type JsonText } from '@epr/model'
import { type Api, buildEvent, buildGroup, buildReceiver, createApi } from '@epr/testkit'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp } from '../src/app.js'
import { buildConfig, startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let api: Api
let receiver: string
beforeAll(async () => {
  test = await startTestApp()
  api = test.api
  receiver = await api.create('/receivers', buildReceiver())
})
afterAll(() => test.close())

const withKey = (key: string) => ({ 'idempotency-key': key })
const countEvents = async (name: string) => (await api.get(`/events?name=${name}`)).json.data.length

describe('Idempotency-Key', () => {
  it.each([
    ['/receivers', () => buildReceiver()],
    ['/groups', () => buildGroup([receiver])],
    ['/events', () => buildEvent(receiver)],
    ['/events/batch', () => [buildEvent(receiver), buildEvent('nobody')]],
  ])('answers a repeat of POST %s as the first, and creates once', async (path, build) => {
    const key = withKey(crypto.randomUUID())
    const body = build()
    const first = await api.post(path, body, key)
    const repeat = await api.post(`${path}/`, body, key)
    expect([first.status, repeat.status]).toEqual([200, 200])
    expect(repeat.text).toBe(first.text)
    const other = await api.post(path, body, withKey(crypto.randomUUID()))
    expect(other.text).not.toBe(first.text)
  })

  it('refuses the key with another body', async () => {
    const key = withKey(crypto.randomUUID())
    await api.post('/events', buildEvent(receiver), key)
    const { status, json } = await api.post('/events', buildEvent(receiver), key)
    expect([status, json.error.code]).toEqual([409, 'ALREADY_EXISTS'])
  })

  it('does not mix paths, and keeps nothing of what failed', async () => {
    const key = withKey(crypto.randomUUID())
    expect((await api.post('/events', buildEvent('nobody'), key)).status).toBe(400)
    expect((await api.post('/events', buildEvent(receiver), key)).status).toBe(200)
    expect((await api.post('/receivers', buildReceiver(), key)).status).toBe(200)
  })

  it('lets concurrent repeats wait for the first, also on other servers', async () => {
    const config = buildConfig({ db: test.database.url })
    const second = await startApp({ config, version: '0.0.0-test', log: pino({ level: 'silent' }) })
    try {
      const apis = [api, createApi(second.url)]
      for (let round = 0; round < 20; round++) {
        const key = withKey(crypto.randomUUID())
        const body = buildEvent(receiver)
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, index) => apis[index % 2]?.post('/events', body, key)),
        )
        expect(new Set(answers.map((answer) => `${answer?.status} ${answer?.text}`)).size).toBe(1)
        expect(answers[0]?.status).toBe(200)
        expect(await countEvents(body.name)).toBe(1)
      }
    } finally {
      await second.stop()
    }
  })

  it('is forgotten after a day', async () => {
    const key = withKey(crypto.randomUUID())
    const body = buildEvent(receiver)
    await api.post('/events', body, key)
    await test.database
      .connect()
      .query("update idempotency_keys set created_at = created_at - interval '25 hours'")
    expect((await api.post('/events', body, key)).status).toBe(200)
    expect(await countEvents(body.name)).toBe(2)
  })

  it('keeps what was created and not what was answered', async () => {
    const key = withKey(crypto.randomUUID())
    const body = [buildEvent(receiver), buildEvent('nobody')]
    const { json } = await api.post('/events/batch', body, key)
    const rows = await test.database
      .connect()
      .query<{ result: JsonText }>('select result from idempotency_keys order by created_at desc limit 1')
    expect(rows.map(({ result }) => JSON.parse(fromJsonText(result)))).toEqual([json.data])
    expect(json.data[1].error.code).toBe('INVALID_ARGUMENT')
  })

  it('must not be empty or endless', async () => {
    expect((await api.post('/events', buildEvent(receiver), withKey(''))).status).toBe(400)
    expect((await api.post('/events', buildEvent(receiver), withKey('x'.repeat(256)))).status).toBe(400)
  })
})
