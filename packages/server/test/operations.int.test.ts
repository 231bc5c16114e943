import { operationsSchema } from '@epr/model'
import { buildEvent, buildReceiver, waitFor } from '@epr/testkit'
import { afterEach, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp | undefined
afterEach(() => test?.close())

it('says how intake, feed, database and watchers go', async () => {
  test = await startTestApp()
  const { api, database } = test
  const receiver = await api.create('/receivers', buildReceiver())
  for (const success of [true, true, false]) await api.create('/events', buildEvent(receiver, { success }))
  await database.connect(1).query(
    `insert into watchers (name, instance, caller, document, seen_at) values
       ('a', '1', 'x', '{}', now()), ('b', '1', 'x', '{}', now() - interval '2 minutes')`,
  )
  const data = await waitFor('all of it', async () => {
    const { json } = await api.get('/operations')
    return json.data.feed.newest_cursor === '4' && json.data.watchers.known === 2 && json.data
  })
  operationsSchema.strict().parse(data)
  expect(data).toMatchObject({
    server: { version: '0.0.0-test', leader: true, recording: true },
    servers: 1,
    database: { schema_version: expect.any(Number), version: expect.stringMatching(/^\d+/) },
    intake: { events: 3, failures: 1, completions: 0 },
    feed: { unnumbered: 0, oldest_cursor: '0', retention_ms: 7 * 86_400_000 },
    relay: null,
    watchers: { known: 2, silent: 1 },
    projections: [{ name: 'answers', lag: expect.any(Number) }],
  })
  expect(data.database.bytes).toBeGreaterThan(1_000_000)
  expect(Date.parse(data.feed.kept_since)).toBeGreaterThan(Date.now() - 600_000)
})

it('says what publishing fails with, where nothing listens', async () => {
  test = await startTestApp({ brokers: ['127.0.0.1:1'] })
  const { api } = test
  const relay = await waitFor('the failure', async () => {
    const { json } = await api.get('/operations')
    return json.data.relay.last_error !== null && json.data.relay
  })
  expect(relay).toMatchObject({ state: 'waiting for the broker', topic: 'epr.dev.events', lag: 0 })
  expect(relay.last_error.message).not.toBe('')
  // To everybody it is not said.
  const status = await (await fetch(`${api.baseUrl}/healthz/status`)).text()
  expect(status).not.toContain(JSON.stringify(relay.last_error.message))
})
