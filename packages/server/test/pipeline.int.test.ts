import { type Api, buildGroup, buildReceiver, readFeed, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

const SERVICES = ['cart', 'checkout', 'payment', 'shipping']
const STEPS = [
  'pipelinerun.queued',
  'pipelinerun.started',
  'build.started',
  'build.finished',
  'testsuiterun.finished',
  'testcaserun.finished',
  'artifact.packaged',
  'artifact.published',
  'environment.created',
  'service.deployed',
  'pipelinerun.finished',
]
const BUILT = ['build.finished', 'testsuiterun.finished', 'artifact.packaged']

let test: TestApp
let api: Api
beforeAll(async () => {
  test = await startTestApp()
  api = test.api
})
afterAll(() => test.close())

function buildCdevent(step: string, service: string) {
  const [subject, predicate] = step.split('.')
  return {
    context: {
      version: '0.4.1',
      id: crypto.randomUUID(),
      source: '/ci/pipeline',
      type: `dev.cdevents.${subject}.${predicate}.0.2.0`,
      timestamp: new Date().toISOString(),
    },
    subject: { id: service, type: subject, content: {} },
  }
}

const CDEVENT_SCHEMA = {
  type: 'object',
  required: ['context', 'subject'],
  properties: { context: { type: 'object', required: ['id', 'source', 'type', 'timestamp'] } },
}

it('completes the gates of four services whose pipelines post 44 CDEvents to 11 receivers, side by side', async () => {
  const receivers = new Map<string, string>()
  for (const step of STEPS) {
    const body = buildReceiver({ name: step, type: `dev.cdevents.${step}`, schema: CDEVENT_SCHEMA })
    receivers.set(step, await api.create('/receivers', body))
  }
  const receiverOf = (step: string) => receivers.get(step) ?? ''
  const gates = {
    built: await api.create('/groups', buildGroup(BUILT.map(receiverOf), { type: 'gate.built' })),
    released: await api.create('/groups', buildGroup(STEPS.map(receiverOf), { type: 'gate.released' })),
  }

  await Promise.all(
    SERVICES.map(async (service) => {
      for (const step of STEPS) {
        const nvrpp = {
          name: service,
          version: '1.2.0',
          release: '2026.11',
          platform_id: 'linux',
          package: 'oci',
        }
        const payload = buildCdevent(step, service)
        const event = {
          ...nvrpp,
          description: step,
          payload,
          success: true,
          event_receiver_id: receiverOf(step),
        }
        await api.create('/events', event)
      }
    }),
  )

  const expected = STEPS.length * SERVICES.length + 2 * SERVICES.length
  const told = await waitFor('all messages', async () => {
    const messages = (await readFeed(api)).filter(({ message }) => message.data.events.length > 0)
    return messages.length >= expected && messages.map(({ message }) => message)
  })
  expect(told).toHaveLength(expected)
  for (const service of SERVICES) {
    const types = told
      .filter(({ name }) => name === service)
      .map(({ type }) => type.replace('dev.cdevents.', ''))
    const withGates = [...STEPS]
    withGates.splice(STEPS.indexOf('artifact.packaged') + 1, 0, 'gate.built')
    expect(types).toEqual([...withGates, 'gate.released'])
  }
  expect(
    told
      .filter(({ id }) => id === gates.released)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(SERVICES)
})
