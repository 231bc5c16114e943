import { join } from 'node:path'
import { buildEvent, caller, createApi, startTestServer, type TestServer, waitFor } from '@epr/testkit'
import { createWatcher, feedSource } from '@epr/watcher'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idOf, runCli } from './harness.js'

const NAME = 'deployer'

let server: TestServer
let stateHome: string
const cli = (...args: string[]) =>
  runCli(['dead-letter', 'list', ...args], { url: server.url, env: { XDG_STATE_HOME: stateHome } })

/** A watcher of the feed that has put one event aside. */
async function putAside(): Promise<void> {
  const flags = '--name foo --version 1 --type foo.bar --description foo'.split(' ')
  const receiver = idOf(await runCli(['receiver', 'create', ...flags], { url: server.url }))
  const directory = join(stateHome, 'epr')
  const watcher = createWatcher({
    source: feedSource({
      url: server.url,
      token: caller.key,
      name: NAME,
      cursorFile: join(directory, `${NAME}.cursor`),
      deadLetterFile: join(directory, `${NAME}.dlt.ndjson`),
    }),
    match: ({ type }) => type === 'foo.bar',
    handle() {
      throw new Error('the cluster said no')
    },
    retry: { attempts: 1 },
  })
  const ended = watcher.run()
  const api = createApi(server.url)
  await api.create('/events', buildEvent(receiver))
  await waitFor('the dead letter', () => watcher.metrics().deadLettered === 1)
  await waitFor('the heartbeat that says so', async () =>
    (await api.get('/watchers')).text.includes('the cluster said no'),
  )
  await watcher.stop()
  await ended
}

beforeAll(async () => {
  server = await startTestServer()
  stateHome = join(server.directory, 'state')
  await putAside()
})
afterAll(() => server.close())

it('watcher list shows how far watchers are, and why the last record was put aside', async () => {
  const watchers = (...flags: string[]) => runCli(['watcher', 'list', ...flags], { url: server.url })
  const [watcher] = JSON.parse((await watchers()).stdout)
  expect(watcher).toMatchObject({
    name: NAME,
    source: 'feed',
    ready: true,
    dead_lettered: 1,
    silent_since: null,
  })
  expect(watcher.cursor).toMatch(/^\d+$/)
  expect(watcher.dead_letters).toEqual([
    {
      time: expect.any(String),
      kind: 'handler-failed',
      error: 'Error: the cluster said no',
      id: expect.any(String),
    },
  ])
  const { stdout } = await watchers('-o', 'table')
  expect(stdout).toMatch(/ready[ │]+0[ │]+0[ │]+1[ │]+1/)
  expect(JSON.parse((await watchers('--jsonpath', '$[*].name')).stdout)).toEqual([NAME])
})

describe('dead-letter list, of the feed', () => {
  it('says what was put aside, when, why and after how many attempts', async () => {
    const { code, stdout } = await cli('--name', NAME)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-/),
        id: expect.any(String),
        kind: 'handler-failed',
        attempts: 1,
        error: 'Error: the cluster said no',
      },
    ])
  })

  it('has the message as it came, and its place, with --fields all', async () => {
    const [letter] = JSON.parse((await cli('--name', NAME, '--fields', 'all')).stdout)
    expect(letter).toMatchObject({ group: NAME, origin: { cursor: expect.any(String) } })
    expect(JSON.parse(letter.value)).toMatchObject({ type: 'foo.bar' })
  })

  it('shows a table to people, and finds by JSONPath', async () => {
    expect((await cli('--name', NAME, '-o', 'table')).stdout).toContain('the cluster said no')
    expect(JSON.parse((await cli('--name', NAME, '--jsonpath', '$[*].attempts')).stdout)).toEqual([1])
  })

  it('has nothing of a watcher that put nothing aside', async () => {
    expect(JSON.parse((await cli('--name', 'another')).stdout)).toEqual([])
  })
})

describe('dead-letter list, asked wrongly', () => {
  it.each([
    ['no place', []],
    ['two places', ['--name', NAME, '--brokers', 'localhost:1']],
    ['a field that there is not', ['--name', NAME, '--fields', 'colour']],
    ['an authority that cannot be read', ['--brokers', 'localhost:1', '--broker-ca', '/nonexistent']],
  ])('is refused with exit code 2 for %s', async (_, args) => {
    const { code, stderr } = await cli(...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(/^epr-cli: [^\n]+\n$/)
  })

  it('names the brokers that are not there, with exit code 5', async () => {
    const { code, stderr } = await cli('--brokers', '127.0.0.1:1')
    expect(code).toBe(5)
    expect(stderr).toMatch(/^epr-cli: cannot read epr\.dev\.events\.dlt from 127\.0\.0\.1:1: [^\n]+\n$/)
  })
})
