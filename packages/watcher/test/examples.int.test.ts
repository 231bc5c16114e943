import { execFile, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildGroup, buildReceiver, caller, createApi, readFeed, waitFor } from '@epr/testkit'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createExamples, EXAMPLES, type Examples } from './support/examples.js'
import { createFeedWorld, type FeedWorld } from './support/feed-world.js'

let world: FeedWorld
let examples: Examples
beforeAll(async () => {
  world = await createFeedWorld()
  examples = createExamples(world)
})
afterAll(() => world?.close())
afterEach(() => examples.stop())

it('the tests that the page of @epr/testing shows pass', async () => {
  const file = join(EXAMPLES, 'testing/deployer.test.mjs')
  const page = await readFile(join(EXAMPLES, '../../packages/testing/README.md'), 'utf8')
  expect(page).toContain(await readFile(file, 'utf8'))
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file])
  expect(stdout).toMatch(/^# pass 3$/m)
})

it('print prints', async () => {
  const { output } = await examples.start('print')
  await world.tell(['foo'], { payload: { hello: 'world' } })
  await waitFor('the line', () => output().includes('foo.bar foo 1 {"hello":"world"}\n'))
})

it.each<[string, Record<string, string>, RegExp]>([
  ['gate-deploy', { GROUP_ID: '', DEPLOY_COMMAND: 'true' }, /GROUP_ID/],
  [
    'gate-deploy',
    { GROUP_ID: '01HKX0J9KS8AASMRYX61458N41', DEPLOY_COMMAND: 'true' },
    /GROUP_ID: .*01HKX0J9KS/,
  ],
  ['record-event', {}, /FOLLOW_UP_RECEIVER/],
  ['webhook', { WEBHOOK_URL: 'nowhere', WEBHOOK_SECRET: `whsec_${'A'.repeat(32)}` }, /WEBHOOK_URL/],
  ...['', 'whsec_', 'whsec_%%%%', 'whsec_YWJj', `whsec_${'A'.repeat(31)}`, 'A'.repeat(32)].map(
    (secret): [string, Record<string, string>, RegExp] => [
      'webhook',
      { WEBHOOK_URL: 'http://localhost', WEBHOOK_SECRET: secret },
      /WEBHOOK_SECRET/,
    ],
  ),
])('%s does not start with %j, and says why in one line', async (name, env, problem) => {
  const failure = promisify(execFile)(process.execPath, [join(EXAMPLES, name, 'main.mjs')], {
    env: { HOME: world.directory, EPR_URL: world.server.url, ...caller.env, ...env },
  })
  await expect(failure).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^[^\n]+\n$/) })
  await expect(failure).rejects.toMatchObject({ stderr: expect.stringMatching(problem) })
})

it('a second print is refused in one line that names the first', async () => {
  const { child, state } = await examples.start('print', {
    EPR_TOPIC: '',
    EPR_BROKERS: '',
    EPR_TOKEN: '',
    ...caller.env,
  })
  const second = promisify(execFile)(process.execPath, [join(EXAMPLES, 'print', 'main.mjs')], {
    env: { XDG_STATE_HOME: join(state, '..'), EPR_URL: world.server.url, ...caller.env },
  })
  await expect(second).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(new RegExp(`^print: [^\\n]*process ${child.pid}\\b[^\\n]*\\n$`)),
  })
})

it('webhook signs, sends again, and stops when the receiver is gone', async () => {
  const key = Buffer.from('a secret of the test, whole')
  const answers = [503, 204, 410]
  const requests: { headers: IncomingHttpHeaders; body: string }[] = []
  const hook = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    requests.push({ headers: request.headers, body })
    response.writeHead(answers.shift() ?? 500).end()
  }).listen(0, '127.0.0.1')
  await once(hook, 'listening')
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`
  const secret = `whsec_${key.toString('base64')}`
  const { child } = await examples.start('webhook', { WEBHOOK_URL: url, WEBHOOK_SECRET: secret })
  const exited = once(child, 'exit')
  await world.tell(['first'])
  await waitFor('the second attempt', () => requests.length === 2)
  await world.tell(['second'])
  expect(await exited).toEqual([0, null])
  hook.close()
  for (const { headers, body } of requests) {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    )
  }
  const ids = requests.map(({ headers }) => headers['webhook-id'])
  expect(ids[0]).toBe(ids[1])
  expect(ids[2]).not.toBe(ids[1])
})

it('record-event records one event', async () => {
  const api = createApi(world.server.url)
  const receiver = await api.create('/receivers', buildReceiver({ type: 'foo.followed' }))
  await examples.start('record-event', { FOLLOW_UP_RECEIVER: receiver })
  const [cause] = await world.tell(['followed'])
  const followed = async () =>
    (await readFeed(api)).filter(
      ({ message }) => message.type === 'foo.followed' && message.name === 'followed',
    )
  const [first] = await waitFor('the follow-up', async () => {
    const found = await followed()
    return found.length > 0 && found
  })
  expect(first?.message.data.events[0]).toMatchObject({ payload: { cause } })
})

it('gate-deploy deploys once the group is complete', async () => {
  const api = createApi(world.server.url)
  const receiver = await api.create('/receivers', buildReceiver({ type: 'foo.tested' }))
  const group = await api.create('/groups', buildGroup([receiver], { type: 'foo.releasable' }))
  const command = 'echo "deploy $NAME $VERSION"'
  const { output } = await examples.start('gate-deploy', { GROUP_ID: group, DEPLOY_COMMAND: command })
  const artifact = { name: 'a; echo no', version: '2', release: '1', platform_id: 'linux', package: 'oci' }
  const event = { ...artifact, description: 'tested', payload: {}, event_receiver_id: receiver }
  await api.create('/events', { ...event, success: false })
  await api.create('/events', { ...event, success: true })
  await waitFor('the deployment', () => output().includes('deploy a; echo no 2\n'))
  expect(output().match(/watching the feed of http:.*gate-deploy/g)).toHaveLength(1)
  expect(output().match(/^deploy/gm)).toHaveLength(1)
})

it('sbom records one SBOM for what was built', async () => {
  const api = createApi(world.server.url)
  const type = 'org.cyclonedx.bom'
  const schema = { required: ['bomFormat'], properties: { specVersion: { const: '1.6' } } }
  const receiver = await api.create('/receivers', buildReceiver({ type, version: '1.6', schema }))
  const { child, output } = await examples.start('sbom', { WATCH_TYPE: 'foo.bar' })
  await world.tell(['unbuilt'], { success: false })
  await world.tell(['a built thing'], { payload: { dependencies: { express: '5.3.0', ajv: '8.20.0' } } })
  await waitFor('the SBOM', () => output().includes('recorded the SBOM of a built thing 1: '))
  expect(child.exitCode).toBe(null)
  const { json } = await api.get(`/events?event_receiver_id=${receiver}`)
  const [{ payload, ...event }, ...more] = json.data
  expect(more).toEqual([])
  expect(event).toMatchObject({ name: 'a built thing', version: '1', package: 'oci', success: true })
  expect(payload).toMatchObject({
    bomFormat: 'CycloneDX',
    metadata: {
      component: {
        name: 'a built thing',
        purl: 'pkg:generic/a%20built%20thing@1?package=oci&platform_id=linux&release=1',
      },
    },
    components: [
      { name: 'ajv', version: '8.20.0' },
      { name: 'express', version: '5.3.0' },
    ],
  })
})

const hasPython = spawnSync('python3', ['--version']).status === 0

it.skipIf(!hasPython)('python records an event, and makes its receiver once', async () => {
  const script = join(EXAMPLES, 'python', 'record_event.py')
  const record = async (url: string) =>
    promisify(execFile)('python3', [script], { env: { ...process.env, EPR_URL: url, NAME: 'of python' } })
  const first = (await record(world.server.url)).stdout
  const second = (await record(world.server.url)).stdout
  const [, receiver] = /^recorded \w{26} for (\w{26})\n$/.exec(first) ?? []
  expect(second).toContain(`for ${receiver}\n`)
  const { json } = await createApi(world.server.url).get(`/events?event_receiver_id=${receiver}`)
  expect(json.data).toMatchObject([
    { name: 'of python' },
    { payload: { python: expect.stringMatching(/^3/) } },
  ])
  await expect(record('http://127.0.0.1:9')).rejects.toMatchObject({ code: 1 })
})
