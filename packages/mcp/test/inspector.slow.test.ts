import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { buildEvent, buildReceiver, caller, createApi, startTestServer, type TestServer } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LAUNCHER } from './connect.js'

/** The Inspector is the workshop's exercise, so that it is there in a clone's root. */
const INSPECTOR = fileURLToPath(new URL('../../../node_modules/.bin/mcp-inspector', import.meta.url))

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server?.close()
})

async function inspect(...args: string[]) {
  const env = Object.entries({ EPR_URL: server.url, ...caller.env })
  const variables = env.flatMap(([name, value]) => ['-e', `${name}=${value}`])
  const command = ['--cli', ...variables, process.execPath, LAUNCHER, '--allow-write']
  const { stdout } = await promisify(execFile)(INSPECTOR, [...command, ...args])
  return JSON.parse(stdout)
}
const callTool = (name: string, ...args: string[]) =>
  inspect('--method', 'tools/call', '--tool-name', name, ...args.flatMap((arg) => ['--tool-arg', arg]))

it('the Inspector lists tools, resources and prompts', async () => {
  const { tools } = await inspect('--method', 'tools/list')
  expect(tools).toHaveLength(16)
  expect((await inspect('--method', 'resources/templates/list')).resourceTemplates).toHaveLength(3)
  expect((await inspect('--method', 'prompts/list')).prompts).toHaveLength(2)
})

it('the Inspector calls tools and reads resources', async () => {
  const api = createApi(server.url)
  const receiver = await api.create('/receivers', buildReceiver())
  const event_data = JSON.stringify(buildEvent(receiver))
  const { structuredContent, isError } = await callTool('create_event', `event_data=${event_data}`)
  expect(isError).toBeFalsy()
  const { id } = structuredContent
  const fetched = await callTool('fetch_event', `id=${id}`)
  expect(fetched.structuredContent.event).toMatchObject({ id, payload: { name: 'joe' } })
  const found = await callTool('search_events', `data={"id":"${id}"}`, 'limit=1')
  expect(found.structuredContent.events).toMatchObject([{ id }])
  expect(await callTool('fetch_event', 'id=nothing')).toMatchObject({ isError: true })
  const { contents } = await inspect('--method', 'resources/read', '--uri', `epr://events/${id}`)
  expect(JSON.parse(contents[0].text)).toEqual(fetched.structuredContent)
})
