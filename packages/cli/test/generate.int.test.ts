import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestServer, type TestServer } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hasTerminal, idOf, runCli, runOnTerminal } from './harness.js'

const COUNT = 10_000

let server: TestServer
let receiver: string
const cli = (...args: string[]) => runCli(args, { url: server.url })

beforeAll(async () => {
  server = await startTestServer()
  const flags = '--name foo --version 1 --type foo --description foo --schema {"type":"object"}'.split(' ')
  receiver = idOf(await cli('receiver', 'create', ...flags))
})
afterAll(() => server.close())

const event = (name: string, index: number, overrides: object = {}) => ({
  ...{ name, version: '1', release: String(index), platform_id: 'linux', package: 'oci', description: 'd' },
  ...{ event_receiver_id: receiver, payload: { index }, success: true, ...overrides },
})
async function write(file: string, text: string): Promise<string> {
  const path = join(server.directory, file)
  await writeFile(path, text)
  return path
}
async function findReleases(name: string): Promise<string[]> {
  const { stdout } = await cli('event', 'search', '--name', name, '--fields', 'release', '--no-indent')
  return JSON.parse(stdout).map(({ release }: { release: string }) => release)
}

it.skipIf(!hasTerminal)(
  `records ${COUNT} events, with a progress bar on a terminal, and loses none`,
  async () => {
    const lines = Array.from({ length: COUNT }, (_, index) => JSON.stringify(event('many', index)))
    const file = await write('many.ndjson', lines.join('\n'))
    const { code, stdout } = await runOnTerminal(['event', 'generate', file], { url: server.url })
    expect(code).toBe(0)
    expect(stdout).toContain(`█ ${COUNT}/${COUNT} events`)
    expect(stdout).toContain(`${COUNT} events created`)
    const releases = await findReleases('many')
    expect(releases).toHaveLength(COUNT)
    expect(new Set(releases).size).toBe(COUNT)
  },
)

it.each([
  ['an object', (one: object) => JSON.stringify(one, undefined, 2), 1],
  ['an array', (one: object, two: object) => JSON.stringify([one, two]), 2],
  ['NDJSON', (one: object, two: object) => `${JSON.stringify(one)}\n\n${JSON.stringify(two)}\n`, 2],
  [
    'YAML',
    (one: object, two: object) => `# both\n---\n${JSON.stringify(one)}\n---\n- ${JSON.stringify(two)}\n`,
    2,
  ],
])('reads %s, from stdin too', async (kind, toText, count) => {
  const text = toText(event(kind, 0), event(kind, 1))
  const { code, stdout, stderr } = await runCli(['event', 'generate', '-'], { url: server.url, input: text })
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout.match(/^\{\n {4}"data": "\w{26}"\n\}$/gm)).toHaveLength(count)
  expect(await findReleases(kind)).toEqual(['0', '1'].slice(0, count))
})

it('sends nothing of a file with a bad entry, and says which it is', async () => {
  const file = await write(
    'bad.json',
    JSON.stringify([event('bad', 0), event('bad', 1, { name: ' ' })], undefined, 1),
  )
  const stopped = await cli('event', 'generate', file)
  expect(stopped).toMatchObject({ code: 2, stdout: '' })
  expect(stopped.stderr).toMatch(/^epr-cli: \S+bad\.json: entry 2, line \d+: name must not be blank.*\n$/)
  expect(await findReleases('bad')).toEqual([])
})

it.each([
  ['whose payload breaks the schema', { payload: 'no object' }, 1],
  ['of a receiver that does not exist', { event_receiver_id: '01HKX0J9KS8AASMRYX61458N41' }, 3],
])('ends at a refused event %s as a single creation does', async (name, refused, code) => {
  // The server takes the first event alone, the others in one request.
  const events = [{}, {}, refused, {}].map((overrides, index) => event(name, index, overrides))
  const file = await write('refused.json', JSON.stringify(events))
  const stopped = await cli('event', 'generate', file)
  expect(stopped).toMatchObject({
    code,
    stderr: expect.stringMatching(/entry 3, line \d+: .*; 3 created\n$/),
  })
  const { event_receiver_id, payload } = { ...event(name, 9), ...refused }
  const fields = {
    name,
    version: '1',
    release: '9',
    'platform-id': 'linux',
    package: 'oci',
    description: 'd',
  }
  const flags = Object.entries({ ...fields, 'event-receiver-id': event_receiver_id }).flatMap(
    ([flag, value]) => [`--${flag}`, value],
  )
  const single = await cli('event', 'create', ...flags, '--payload', JSON.stringify(payload))
  expect(single.code).toBe(code)
})

it('goes on behind bad entries with --keep-going', async () => {
  const overrides = [
    {},
    { payload: 'no object' },
    { version: 1 },
    { event_receiver_id: '01HKX0J9KS8AASMRYX61458N41' },
    {},
  ]
  const lines = overrides.map((override, index) => JSON.stringify(event('kept', index, override)))
  const file = await write('kept.ndjson', [...lines, '{"half": '].join('\n'))
  const { code, stdout, stderr } = await cli('event', 'generate', file, '--keep-going', '-o', 'ndjson')
  expect([code, stdout.trim().split('\n').length]).toEqual([1, 2])
  expect(stderr.match(/entry \d+, line \d+/g)?.sort()).toEqual(
    [2, 3, 4, 6].map((at) => `entry ${at}, line ${at}`),
  )
  expect(await findReleases('kept')).toEqual(['0', '4'])
})

it('creates receivers and groups, and shows them only with --dry-run', async () => {
  const receiverText =
    'name: r\ntype: t\nversion: "1"\ndescription: d\nschema: {maximum: 12345678901234567890}\n'
  const file = await write('receiver.yaml', receiverText)
  const shown = await cli('receiver', 'generate', file, '--dry-run')
  expect(shown.stdout).toContain('"maximum": 12345678901234567890')
  expect((await cli('receiver', 'search', '--name', 'r')).stdout).toBe('[]\n')
  const id = idOf(await cli('receiver', 'generate', file))
  const group = { name: 'g', type: 't', version: '1', description: 'd', event_receiver_ids: [id] }
  const groupId = idOf(await cli('group', 'generate', await write('group.json', JSON.stringify(group))))
  expect(JSON.parse((await cli('group', 'get', groupId)).stdout)).toMatchObject({ ...group, enabled: false })
})

it('stops when the server is away, also with --keep-going', async () => {
  const file = await write('away.json', JSON.stringify([event('away', 0), event('away', 1)]))
  const { code, stderr } = await runCli([
    'event',
    'generate',
    file,
    '--keep-going',
    '--retry',
    '0s',
    '--url',
    'http://127.0.0.1:9',
  ])
  expect([code, stderr.split('\n').length]).toEqual([5, 2])
})
