import { buildEvent, buildReceiver, caller, startTestServer, type TestServer, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, createClient } from '../src/index.js'

let server: TestServer
let client: Client
let receiver: string

beforeAll(async () => {
  server = await startTestServer()
  const open = createClient({ url: server.url, token: caller.key })
  receiver = await open.receivers.create(buildReceiver())
  await open.events.create(buildEvent(receiver, { name: 'before' }))
  const { json } = await open.rest('POST', '/keys', { name: 'sdk', admin: true })
  client = createClient({ url: server.url, token: (json as { data: { key: string } }).data.key })
})
afterAll(() => server.close())

const SDK = { id: 'key:sdk', type: 'api_key', label: 'sdk' }

it('who recorded an event stands on it, and beside its message', async () => {
  const { next } = await waitFor('the messages of before', async () => {
    const page = await client.messages.list()
    return page.entries.length === 2 && page
  })
  const id = await client.events.create(buildEvent(receiver, { name: 'after' }))
  expect((await client.events.get(id)).actor).toEqual(SDK)
  const found = await client.events.find({}, { fields: ['name', 'actor'] })
  expect(found).toEqual([
    { name: 'before', actor: caller.actor },
    { name: 'after', actor: SDK },
  ])
  for await (const entry of client.messages.stream({ after: next })) {
    expect([entry.message.id, entry.actor]).toEqual([id, SDK])
    break
  }
  const { entries } = await client.messages.list({ after: next })
  expect(entries.map(({ actor }) => actor)).toEqual([SDK])
})
