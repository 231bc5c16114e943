import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildGroup, buildReceiver, createApi, readFeed, waitFor } from '@epr/testkit'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createExamples, type Examples } from './support/examples.js'
import { createFeedWorld, type FeedWorld } from './support/feed-world.js'

let world: FeedWorld
let examples: Examples
beforeAll(async () => {
  world = await createFeedWorld()
  examples = createExamples(world)
})
afterAll(() => world?.close())
afterEach(() => examples.stop())

it('print prints', async () => {
  const { output } = await examples.start('print')
  await world.tell(['foo'], { payload: { hello: 'world' } })
  await waitFor('the line', () => output().includes('foo.bar foo 1 {"hello":"world"}\n'))
})

it('webhook signs, sends again, and stops when the receiver is gone', async () => {
  const key = Buffer.from('a secret of the test')
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
  expect(output().match(/^deploy/gm)).toHaveLength(1)
})
