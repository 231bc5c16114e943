import { MockAgent } from 'undici'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FEATURES, ID, testClient, URL } from '../../test/wire.js'

let agent: MockAgent
beforeEach(() => {
  agent = new MockAgent()
  agent.disableNetConnect()
})
afterEach(async () => {
  await agent.close()
})

const headers = { ...FEATURES, 'content-type': 'application/json' }

it('hands the dispatcher to the global fetch', async () => {
  const pool = agent.get(URL)
  pool.intercept({ path: '/api/v1/receivers', method: 'POST' }).reply(200, { data: ID }, { headers })
  const receiver = { name: 'n', type: 't', version: '1', description: 'd', schema: {} }
  expect(await testClient({ dispatcher: agent }).receivers.create(receiver)).toBe(ID)
  agent.assertNoPendingInterceptors()
})

it('says why the dispatcher found no server, and tries reads again', async () => {
  const path = `/api/v1/events/${ID}`
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  agent.get(URL).intercept({ path }).replyWithError(refused).times(4)
  const call = testClient({ dispatcher: agent }).events.get(ID)
  await expect(call).rejects.toMatchObject({
    ...{ name: 'NetworkError', code: 'UNAVAILABLE' },
    message: expect.stringContaining('ECONNREFUSED'),
  })
  agent.assertNoPendingInterceptors()
})
