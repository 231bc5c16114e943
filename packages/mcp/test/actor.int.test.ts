import {
  buildEvent,
  buildGroup,
  buildNvrpp,
  buildReceiver,
  createApi,
  startTestServer,
  type TestServer,
} from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Connection, connect } from './connect.js'

let server: TestServer
let connection: Connection
let group: string
let receiver: string
beforeAll(async () => {
  server = await startTestServer()
  const api = createApi(server.url)
  receiver = await api.create('/receivers', buildReceiver())
  group = await api.create('/groups', buildGroup([receiver]))
  const { json } = await api.post('/keys', { name: 'assistant', admin: true })
  const env = { EPR_URL: server.url, EPR_TOKEN: json.data.key }
  connection = await connect({ args: ['--allow-write'], env })
})
afterAll(async () => {
  await connection?.close()
  await server?.close()
})

it('who recorded an event stands in what the tools give', async () => {
  const actor = { id: 'key:assistant', type: 'api_key', label: 'assistant' }
  const nvrpp = buildNvrpp()
  const { id } = await connection.call('create_event', {
    event_data: buildEvent(receiver, { ...nvrpp, success: false }),
  })
  const fetched = await connection.call('fetch_event', { id })
  expect(fetched.event.actor).toEqual(actor)
  for (const [tool, args] of [
    ['search_events', { data: { id } }],
    ['artifact_history', nvrpp],
  ] as const)
    expect((await connection.call(tool, args)).events[0].actor).toEqual(actor)
  const status = await connection.call('group_status', { id: group, ...nvrpp })
  expect(status.receivers[0].actor).toEqual(actor)
  expect(status.explanation).toContain('recorded by "assistant"')
})
