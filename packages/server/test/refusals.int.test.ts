import { OTHER_PATH, REFUSAL_LIMITS, type RefusalSample } from '@epr/model'
import { type Api, buildEvent, buildReceiver, createApi } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApp } from '../src/app.js'
import type { Database } from '../src/storage/database.js'
import { addRefusals, deleteOldRefusals } from '../src/storage/refusals.js'
import { buildConfig, startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let api: Api
let database: Database
beforeAll(async () => {
  test = await startTestApp()
  api = test.api
  database = test.database.connect(2)
})
afterAll(() => test.close())

const UNKNOWN = '01HKX0J9KS8AASMRYX61458N41'
const refusalsOf = async (id: string, query = '') =>
  (await api.get(`/receivers/${id}/refusals${query}`)).json.data

const sampleAt = (time: string): RefusalSample => ({
  ...{ time, violations: ['payload/a must be string'], request_id: 'r', user_agent: null, actor: null },
})
const hour = () => new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString()

it('counts what a server has refused, by the place in the payload, and keeps it over its stop', async () => {
  const { pino } = await import('pino')
  const config = buildConfig({ db: test.database.url })
  const other = await startApp({ config, version: 'x', log: pino({ level: 'silent' }) })
  const sender = createApi(other.url, { 'user-agent': 'sender/1' })
  const schema = { properties: { list: { items: { type: 'integer' } } }, required: ['count'] }
  const receiver = await sender.create('/receivers', buildReceiver({ schema }))
  const post = (payload: unknown) => sender.post('/events', buildEvent(receiver, { payload }))
  for (let count = 0; count < 3; count++) expect((await post({})).status).toBe(400)
  const last = await post({ list: [1, 'x', 'y'] })
  expect((await sender.post('/events/batch', [buildEvent(receiver, { payload: {} })])).status).toBe(200)
  expect((await post({ count: 1 })).status).toBe(200)
  await other.stop()
  const { payloads, paths, samples } = await refusalsOf(receiver)
  expect(payloads).toBe(5)
  expect(paths).toEqual([
    { path: '/count', count: 5, last_hour: expect.any(String) },
    { path: '/list/-', count: 1, last_hour: expect.any(String) },
  ])
  const [sample] = samples.filter(
    ({ request_id }: RefusalSample) => request_id === last.json.error.request_id,
  )
  expect(sample).toMatchObject({ user_agent: 'sender/1', actor: null })
  expect(sample.violations).toContain('payload/list/1 must be integer')
})

it('tells so many places apart, and keeps so many samples', async () => {
  const receiver = await api.create('/receivers', buildReceiver({ name: 'bounded' }))
  const many = (from: number) =>
    Array.from({ length: 40 }, (_, index) => ({
      event_receiver_id: receiver,
      hour: hour(),
      path: `/p${from + index}`,
      count: 1,
      payloads: 1,
      sample: sampleAt(new Date(Date.now() + from + index).toISOString()),
    }))
  await addRefusals(database, many(0))
  await addRefusals(database, many(20))
  await addRefusals(database, many(0))
  const { paths, samples } = await refusalsOf(receiver)
  expect(paths).toHaveLength(REFUSAL_LIMITS.paths + 1)
  expect(paths.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(120)
  expect(paths.find(({ path }: { path: string }) => path === OTHER_PATH).count).toBe(10)
  expect(samples).toHaveLength(REFUSAL_LIMITS.samples)
  const [kept] = await database.query<{ count: number }>(
    'select count(sample)::int as count from refusals where event_receiver_id = $1::text',
    [receiver],
  )
  expect(kept?.count).toBe(REFUSAL_LIMITS.samples)
})

it('forgets what is older than a month, and shows what is asked for', async () => {
  const receiver = await api.create('/receivers', buildReceiver({ name: 'old' }))
  const count = {
    event_receiver_id: receiver,
    path: '/a',
    count: 1,
    payloads: 1,
    sample: sampleAt('2026-01-01T00:00:00Z'),
  }
  await addRefusals(database, [{ ...count, hour: hour() }])
  await database.query(
    "update refusals set hour = now() - interval '31 days' where event_receiver_id = $1::text",
    [receiver],
  )
  await addRefusals(database, [{ ...count, path: '/b', hour: hour() }])
  await database.query(
    "update refusals set hour = now() - interval '3 hours' where event_receiver_id = $1::text and path = '/b'",
    [receiver],
  )
  await deleteOldRefusals(database)
  expect(await refusalsOf(receiver, '?hours=2')).toEqual({ payloads: 0, paths: [], samples: [] })
  expect((await refusalsOf(receiver, '?hours=720')).paths).toMatchObject([{ path: '/b', count: 1 }])
})

it.each(['hours=0', 'hours=721', 'hours=x', 'days=1'])('refuses ?%s', async (query) => {
  const receiver = await api.create('/receivers', buildReceiver({ name: query }))
  expect((await api.get(`/receivers/${receiver}/refusals?${query}`)).status).toBe(400)
})

it('knows no receiver that is not there', async () => {
  expect((await api.get(`/receivers/${UNKNOWN}/refusals`)).status).toBe(404)
})
