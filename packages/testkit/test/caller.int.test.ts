import { afterAll, beforeAll, expect, it } from 'vitest'
import { caller, createApi, startTestServer, type TestServer } from '../src/index.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ args: ['--auth', 'off'] })
})
afterAll(() => server?.close())

it('a server of this run asks who calls when the run has a key, whatever the test has said', async () => {
  const { status } = await fetch(`${server.url}/api/v1/events`)
  expect(status).toBe(caller.key === undefined ? 200 : 401)
  expect(await createApi(server.url).get('/auth/whoami')).toMatchObject({
    status: 200,
    json: { data: { id: caller.actor?.id ?? 'anonymous' } },
  })
})
