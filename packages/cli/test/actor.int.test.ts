import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { caller, startTestServer, type TestServer } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hasTerminal, idOf, NVRPP_FLAGS, runCli, runOnTerminal } from './harness.js'

let server: TestServer
let directory: string
let root: string
const env = () => ({ url: server.url, env: { EPR_TOKEN: '', EPR_TOKEN_FILE: root } })
const cli = (...args: string[]) => runCli(args, env())
const json = async (...args: string[]) => JSON.parse((await cli(...args)).stdout)

beforeAll(async () => {
  server = await startTestServer()
  directory = await mkdtemp(join(tmpdir(), 'epr-actor-'))
  root = join(directory, 'root.key')
  const made = await runCli(['key', 'create', '--name', 'root', '--admin'], { url: server.url })
  await writeFile(root, made.stdout)
  const definition = '--version 1.0.0 --description d'.split(' ')
  await cli('receiver', 'create', '--name', 'tests', '--type', 'shop.tested', ...definition)
  await cli('group', 'create', '--name', 'gate', '--type', 'shop.gate', '--receivers', 'tests', ...definition)
})
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true, force: true })
})

const ROOT = { id: 'key:root', type: 'api_key', label: 'root' }

it('who recorded an event stands on it, and on the gate that it decides', async () => {
  const record = ['event', 'create', '--receiver', 'tests', '--description', 'd', '--success', ...NVRPP_FLAGS]
  const id = idOf(await cli(...record))
  expect((await json('event', 'get', id)).actor).toEqual(ROOT)
  expect((await cli('event', 'get', id, '-o', 'yaml')).stdout).toContain('id: key:root')
  expect(await json('event', 'search', '--id', id, '--fields', 'id,actor')).toEqual([{ id, actor: ROOT }])
  const status = ['group', 'status', '--group', 'gate', ...NVRPP_FLAGS]
  expect((await json(...status)).receivers[0].actor).toEqual(ROOT)
  for (const command of [status, ['event', 'search']]) {
    const { stdout } = await cli(...command, '-o', 'table')
    expect(stdout).toMatch(/actor/)
    expect(stdout).toMatch(/ root /)
  }
})

it.runIf(hasTerminal)('a narrow table does without', async () => {
  const { stdout } = await runOnTerminal(['event', 'search'], { ...env(), columns: 60 })
  expect(stdout).not.toContain('root')
})

it('audit shows what was done, the newest first, as rows of any form', async () => {
  const acts = (await json('audit', '--fields', 'actor,act')).map((each: object) =>
    Object.values(each).join(' '),
  )
  expect(acts.slice(0, 3)).toEqual([
    'key:root group.create',
    'key:root receiver.create',
    `${caller.actor?.id ?? 'anonymous'} key.create`,
  ])
  const [newest] = await json('audit', '--limit', '1')
  expect(Object.keys(newest)).toEqual([
    'id',
    'time',
    'actor',
    'act',
    'object',
    'before',
    'after',
    'request_id',
  ])
  expect((await json('audit', '--limit', '2')).length).toBe(2)
  expect(await json('audit', '--jsonpath', '$[2:3].after.name')).toEqual(['root'])
  const { stdout } = await cli('audit', '-o', 'table')
  expect(stdout).toMatch(/time\W+actor\W+act\W+object\W+request_id/)
})

it('access forget erases what people call somebody, and leaves the id', async () => {
  expect((await cli('access', 'forget', 'key:nobody')).code).toBe(3)
  expect((await cli('access', 'forget', 'key:root')).code).toBe(0)
  const [event] = await json('event', 'search', '--fields', 'actor')
  expect(event.actor).toEqual({ ...ROOT, label: null })
  expect((await cli('event', 'search', '-o', 'table')).stdout).toContain(' key:root ')
})
