import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Api, createApi, readFeed, waitFor } from '@epr/testkit'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createExamples, type Examples } from './support/examples.js'
import { createFeedWorld, type FeedWorld } from './support/feed-world.js'

const FINISHED = 'dev.cdevents.build.finished.0.3.0'
const STARTED = 'dev.cdevents.build.started.0.3.0'
const PACKAGED = 'dev.cdevents.artifact.packaged.0.3.0'
const SECRET = 'a secret of the test'

let world: FeedWorld
let examples: Examples
let api: Api
let receiver: string
let packaged: string

const define = (type: string) =>
  api.create('/receivers', { name: type, type, version: '1', description: 'of a test', schema: {} })

beforeAll(async () => {
  world = await createFeedWorld()
  examples = createExamples(world)
  api = createApi(world.server.url)
  receiver = await define(FINISHED)
  packaged = await define(PACKAGED)
})
afterAll(() => world?.close())
afterEach(() => examples.stop())

let builds = 0
/** Records something about a build, and gives its CDEvent. */
async function tellOfBuild(event_receiver_id: string, { success = true, payload }: Told = {}) {
  const id = `build-${++builds}`
  const nvrpp = { name: id, version: '1.2.0', release: '1', platform_id: 'linux', package: 'oci' }
  const event = {
    context: { specversion: '0.5.1', id, source: '/ci', type: FINISHED, timestamp: '2026-11-24T10:00:00Z' },
    subject: { id, content: { artifactId: `pkg:oci/${id}@1.2.0` } },
    customData: { change: 'c0ffee' },
  }
  const recorded = { ...nvrpp, description: 'built', payload: payload ?? event, success, event_receiver_id }
  await api.create('/events', recorded)
  return event
}
interface Told {
  success?: boolean
  payload?: unknown
}
const finishBuild = (told: Told = {}) => tellOfBuild(receiver, told)

it('cdevent records that what was built is packaged, and only what was built well', async () => {
  const { output } = await examples.start('cdevent')
  await finishBuild({ success: false })
  const build = await finishBuild()
  await waitFor('the follow-up', () => output().includes(`${PACKAGED} ${build.subject.id} 1.2.0\n`))
  const followUps = await waitFor('its message', async () => {
    const events = (await readFeed(api)).flatMap(({ message }) => message.data.events)
    const found = events.filter(({ event_receiver_id }) => event_receiver_id === packaged)
    return found.length > 0 && found
  })
  expect(followUps).toMatchObject([
    {
      ...{ name: build.subject.id, platform_id: 'linux', success: true },
      payload: {
        context: {
          ...{ id: `${build.context.id}-packaged`, timestamp: build.context.timestamp, type: PACKAGED },
          links: [{ linkType: 'PATH', from: { contextId: build.context.id } }],
        },
        subject: { id: build.subject.content.artifactId, content: { change: { id: 'c0ffee' } } },
      },
    },
  ])
})

it('cdviz forwards CDEvents, signed, to a collector that takes each once', async () => {
  const collector = await examples.startProgram(join('cdviz', 'collector.mjs'), /listening on (\S+)\n/, {
    PORT: '0',
    CDVIZ_SECRET: SECRET,
  })
  const url = /listening on (\S+)\n/.exec(collector.output())?.[1] ?? ''
  const { state } = await examples.start('cdviz', { CDVIZ_URL: url, CDVIZ_SECRET: SECRET })
  await world.tell(['no CDEvent'])
  const build = await finishBuild()
  const line = `new ${FINISHED} ${build.subject.id}\n`
  await waitFor('the first', () => collector.output().includes(line))

  const forger = await examples.start('cdviz', { CDVIZ_URL: url, CDVIZ_SECRET: 'another' })
  // The same event once more: what a resend looks like to the collector.
  await finishBuild({ payload: build })
  await waitFor('the resend', () => collector.output().includes(`known ${FINISHED} ${build.subject.id}\n`))
  expect(collector.output().split(line)).toHaveLength(2)
  const letters = () => readFileSync(join(forger.state, 'cdviz.dlt.ndjson'), 'utf8')
  const letter = await waitFor('the dead letter', () => JSON.parse(letters().split('\n')[0] ?? ''))
  expect(letter.error).toContain('the collector answered 401: the signature is missing or wrong')
  expect(() => readFileSync(join(state, 'cdviz.dlt.ndjson'))).toThrow()
})

it('cdviz sends again what the collector could not take, and puts aside what it refuses', async () => {
  const answers = [503, 429, 201, 400]
  const bodies: string[] = []
  const collector = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    bodies.push(body)
    const status = answers.shift() ?? 500
    response.writeHead(status).end(JSON.stringify({ status, detail: `because of ${status}` }))
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  const { port } = collector.address() as AddressInfo
  const started = await define(STARTED)
  const { state } = await examples.start('cdviz', {
    CDVIZ_TYPES: STARTED,
    CDVIZ_URL: `http://127.0.0.1:${port}/webhook/000-cdevents`,
  })
  const first = await tellOfBuild(started)
  await waitFor('the third attempt', () => bodies.length === 3)
  await tellOfBuild(started)
  const letters = () => readFileSync(join(state, 'cdviz.dlt.ndjson'), 'utf8').trim().split('\n')
  const letter = await waitFor('the dead letter', () => JSON.parse(letters()[0] ?? ''))
  collector.close()
  expect(new Set(bodies.slice(0, 3))).toEqual(new Set([JSON.stringify(first)]))
  expect([bodies.length, letters().length, letter.attempts]).toEqual([4, 1, 1])
  expect(letter.error).toContain('the collector answered 400: because of 400')
})
