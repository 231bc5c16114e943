import type { Finding, ReceiverUsage } from '@epr/model'
import { type Api, buildEvent, buildGroup, buildReceiver, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '../src/storage/database.js'
import { addRefusals } from '../src/storage/refusals.js'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let api: Api
let database: Database
let recorded = 0
beforeAll(async () => {
  test = await startTestApp()
  api = test.api
  database = test.database.connect(2)
})
afterAll(() => test.close())

const usageOf = async (query = ''): Promise<ReceiverUsage[]> =>
  (await api.get(`/receivers/usage${query}`)).json.data

const ofReceiver = async (id: string, query = '') =>
  (await usageOf(query)).find(({ event_receiver_id }) => event_receiver_id === id)

const findings = async (): Promise<Finding[]> => (await api.get('/findings')).json.data
const about = async (id: string) => (await findings()).filter(({ subject }) => subject.id === id)

async function post(receiver: string, fields: Parameters<typeof buildEvent>[1] = {}) {
  const { status } = await api.post('/events', buildEvent(receiver, fields))
  if (status === 200) recorded++
  return status
}

/** Waits until what was recorded is in the answers. */
const settle = () =>
  waitFor('the answers', async () => {
    const all = await usageOf()
    return all.reduce((sum, { events }) => sum + events, 0) === recorded
  })

const age = (id: string, days: number) =>
  database.query(
    "update event_receivers set created_at = now() - $2::int * interval '1 day' where id = $1::text",
    [id, days],
  )

it('counts what a receiver gets and refuses, by days', async () => {
  const schema = { required: ['count'] }
  const receiver = await api.create('/receivers', buildReceiver({ name: 'used', schema }))
  const group = await api.create('/groups', buildGroup([receiver], { name: 'used' }))
  await post(receiver, { payload: { count: 1 } })
  await post(receiver, { payload: { count: 22 }, success: false })
  await settle()
  const sample = {
    time: new Date().toISOString(),
    violations: [],
    request_id: 'r',
    user_agent: null,
    actor: null,
  }
  const counts = ['/a', '/b'].map((path, place) => ({
    ...{ event_receiver_id: receiver, hour: new Date().toISOString(), path, count: 3, sample },
    payloads: place === 0 ? 3 : 0,
  }))
  await addRefusals(database, counts)
  const usage = await ofReceiver(receiver)
  const { name, type, version } = buildReceiver({ name: 'used' })
  expect(usage).toEqual({
    event_receiver_id: receiver,
    ...{ name, type, version },
    created_at: expect.stringMatching(/Z$/),
    last_event_id: expect.any(String),
    last_event_at: expect.stringMatching(/Z$/),
    events: 2,
    failures: 1,
    bytes: '{"count":1}'.length + '{"count":22}'.length,
    refused: 3,
    groups: [{ id: group, name: 'used', version: expect.any(String), enabled: true }],
    days: [{ day: usage?.last_event_at?.slice(0, 10), events: 2, failures: 1, bytes: 23 }],
    warnings: ['refusing'],
  })
})

it('leaves out days of before those that are asked for, but not the last event', async () => {
  const receiver = await api.create('/receivers', buildReceiver({ name: 'yesterday' }))
  await post(receiver)
  await settle()
  await database.query('update receiver_days set day = day - 3 where event_receiver_id = $1::text', [
    receiver,
  ])
  expect(await ofReceiver(receiver, '?days=3')).toMatchObject({
    events: 0,
    days: [],
    last_event_id: expect.any(String),
  })
  expect(await ofReceiver(receiver, '?days=4')).toMatchObject({ events: 1, days: [{ events: 1 }] })
})

it('gives receivers in pages, the newest first', async () => {
  const all = await usageOf()
  const first = (await api.get('/receivers/usage?limit=1')).json
  const second = (await api.get(`/receivers/usage?limit=1000&after=${first.next}`)).json
  expect([...first.data, ...second.data].map(({ event_receiver_id: id }) => id)).toEqual(
    all.map(({ event_receiver_id: id }) => id),
  )
  expect(second.next).toBeNull()
})

it.each(['days=0', 'days=31', 'days=x', 'limit=0', 'hours=1'])(
  'refuses ?%s, and says what would be good',
  async (query) => {
    const { status, json } = await api.get(`/receivers/usage?${query}`)
    expect(status).toBe(400)
    expect(json.error.message).toMatch(/days from 1 to 30|from 1 to 1000|hours/)
  },
)

it('finds the gate that nobody can pass, and says why', async () => {
  const built = await api.create('/receivers', buildReceiver({ name: 'built', version: '2.0.0' }))
  const signed = await api.create('/receivers', buildReceiver({ name: 'signed', version: '1.0.0' }))
  const group = await api.create('/groups', buildGroup([built, signed], { name: 'stuck', version: '3.0.0' }))
  await post(built, { name: 'cart' })
  await settle()
  const stuck = (message: string, advice: RegExp) => [
    {
      kind: 'gate_stuck',
      severity: 'problem',
      subject: { kind: 'group', id: group, name: 'stuck' },
      message: `nobody can pass stuck@3.0.0: signed@1.0.0 ${message}`,
      advice: expect.stringMatching(advice),
    },
  ]
  expect(await about(group)).toEqual(
    stuck('has never had an event, and 1 artifact waits', /is it still sent/),
  )
  const matrix = async () => (await api.get(`/groups/${group}/artifacts`)).json.warnings
  expect(await matrix()).toEqual([
    'nobody can pass stuck@3.0.0: signed@1.0.0 has never had an event, and 1 artifact waits',
  ])
  await post(signed, { name: 'shop', success: false })
  await settle()
  expect(await about(group)).toEqual(
    stuck('has had 1 event in 30 days, none of them a success, and 2 artifacts wait', /is it still sent/),
  )
  await api.patch(`/groups/${group}`, { enabled: false })
  expect(await about(group)).toEqual([])
  await api.patch(`/groups/${group}`, { enabled: true })
  await post(signed, { name: 'shop' })
  await settle()
  expect(await about(group)).toEqual([])
  expect(await matrix()).toEqual([])
})

it('finds what nobody uses, and leaves what is new', async () => {
  const receiver = await api.create('/receivers', buildReceiver({ name: 'legacy', version: '0.9.0' }))
  expect(await about(receiver)).toEqual([])
  await age(receiver, 40)
  expect(await about(receiver)).toMatchObject([
    {
      kind: 'receiver_unused',
      severity: 'hint',
      message: 'nobody uses legacy@0.9.0: it has never had an event',
    },
  ])
  expect(await ofReceiver(receiver)).toMatchObject({ warnings: expect.arrayContaining(['unused']) })
})

it('finds a receiver whose events all fail, and the schema that lets everything through', async () => {
  const receiver = await api.create(
    '/receivers',
    buildReceiver({ name: 'red', version: '1.0.0', schema: {} }),
  )
  await post(receiver, { success: false })
  await settle()
  expect(await ofReceiver(receiver)).toMatchObject({ warnings: ['failing', 'anything'] })
  expect((await about(receiver)).map(({ message }) => message)).toEqual([
    'nothing succeeds at red@1.0.0: 1 event in 30 days, each a failure',
  ])
})

it('finds watchers that are silent or have put messages aside, problems first', async () => {
  const heartbeat = {
    ...{ version: '1', source: 'feed', ready: true, started_at: '2026-11-28T00:00:00Z', lag: 0, cursor: '1' },
    ...{ processed: 1, failed: 1, dead_lettered: 2 },
    dead_letters: [
      { time: '2026-11-28T00:00:00Z', kind: 'handler-failed', error: 'the hook said 500', id: '1' },
    ],
  }
  await api.put('/watchers/deployer/one', heartbeat)
  expect((await about('deployer/one')).map(({ message }) => message)).toEqual([
    'the watcher deployer at one has put 2 messages aside, the last for: the hook said 500',
  ])
  await database.query("update watchers set seen_at = now() - interval '2 min'")
  expect((await about('deployer/one')).map(({ kind }) => kind)).toEqual([
    'watcher_silent',
    'watcher_dead_letters',
  ])
  const severities = (await findings()).map(({ severity }) => severity)
  expect(severities).toEqual([...severities].sort().reverse())
  const { checked } = (await api.get('/findings')).json
  expect(checked).toEqual({ groups: 2, receivers: 6, watchers: 1 })
})
