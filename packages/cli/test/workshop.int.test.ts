import { readFile } from 'node:fs/promises'
import { startTestServer, type TestServer } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { idOf, runCli, runShell } from './harness.js'

const README = new URL('../../../examples/cli-workshop/README.md', import.meta.url)

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

it('the commands of the workshop work as they are printed', async () => {
  const blocks = (await readFile(README, 'utf8')).match(/(?<=```sh\n)[\s\S]*?(?=```)/g) ?? []
  const [foo, bar, dry, group, byId, byType, byName, modify, ...others] = blocks
  expect([blocks.length, others]).toEqual([8, []])
  const run = async (command = '') => {
    const result = await runShell(command, { url: server.url })
    expect([result.code, result.stderr]).toEqual([0, ''])
    return result
  }
  const fooId = idOf(await run(foo))
  const barId = idOf(await run(bar))
  expect(JSON.parse((await run(dry)).stdout)).toMatchObject({ name: 'dry-cli', schema: {} })
  const mine = (command = '') =>
    command.replace('01HKX0J9KS8AASMRYX61458N41', fooId).replace('01HKX0KY3B31MR3XKJWTDZ4EQ0', barId)
  const groupId = idOf(await run(mine(group)))
  const search = async (command: string) => JSON.parse((await run(command)).stdout)
  expect(await search(mine(byId))).toMatchObject([{ id: barId, name: 'bar-cli' }])
  const [found, ...more] = await search(byType ?? '')
  expect([found.id, more]).toEqual([fooId, []])
  expect(await search(byName ?? '')).toEqual([found])
  expect(await search('epr-cli receiver search --name dry-cli')).toEqual([])
  await run(modify?.replace('01HKX0MB3PK5Z4ST3M1DZKJ2QC', groupId))
  const { stdout } = await runCli(['group', 'get', groupId], { url: server.url })
  expect(JSON.parse(stdout)).toMatchObject({ enabled: false, event_receiver_ids: [fooId, barId] })
})
