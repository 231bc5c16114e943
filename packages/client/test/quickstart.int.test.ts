import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startTestServer, type TestServer } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../../../examples/sdk-quickstart/main.mjs', import.meta.url))

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server.close()
})

it('the quickstart sees its gate open', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN], {
    env: { ...process.env, EPR_URL: server.url },
  })
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(['demo.built', 'demo.tested', 'demo.releasable'])
})

it('the quickstart fails where there is no server', async () => {
  const run = promisify(execFile)(process.execPath, [MAIN], {
    env: { ...process.env, EPR_URL: 'http://127.0.0.1:1' },
  })
  await expect(run).rejects.toMatchObject({ code: 1 })
})
