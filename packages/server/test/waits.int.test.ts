import { buildEvent, buildReceiver, waitFor } from '@epr/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let receiver: string
beforeEach(async () => {
  test = await startTestApp()
  receiver = await test.api.create('/receivers', buildReceiver())
})
afterEach(() => test.close())

const readiness = async (): Promise<number> => (await fetch(`${test.app.url}/healthz/readiness`)).status

it('is not ready while its database takes no writes, and is again when it does', async () => {
  const database = test.database.connect(1)
  const name = new URL(test.database.url.replace('@/', '@socket/')).pathname.slice(1)
  const others =
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
  await database.query(`alter database ${name} set default_transaction_read_only = on`)
  await database.query(others)
  await waitFor('not to be ready', async () => (await readiness()) === 503)
  expect((await test.api.post('/events', buildEvent(receiver))).status).toBe(503)

  await database.transaction(async (connection) => {
    await connection.query('set transaction read write')
    await connection.query(`alter database ${name} reset default_transaction_read_only`)
  })
  await database.query(others)
  await waitFor('to be ready', async () => (await readiness()) === 200)
  expect((await test.api.post('/events', buildEvent(receiver))).status).toBe(200)
})

it('says of a search without an index that takes too long what to narrow it down by', async () => {
  await test.database.connect(1).transaction(async (connection) => {
    await connection.query('lock table events in access exclusive mode')
    const answer = await test.api.get('/events?release=none')
    expect(answer.json.error).toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('narrow it down by name or version'),
    })
  })
})
