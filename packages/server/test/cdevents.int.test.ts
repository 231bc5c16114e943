import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildCdEvent, createSchemaCatalogue, eventTypes, receiverFor } from '@epr/cdevents'
import { buildEvent, buildGroup, buildReceiver } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

const specification = process.env.CDEVENTS_SPEC_DIR

const SHOP = { name: 'shop', version: '1.2.0', release: '1', platform_id: 'linux', package: 'oci' }

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test?.close())

const finished = (content: object) => ({
  ...buildCdEvent('dev.cdevents.build.finished.0.3.0', { source: '/ci', subject: { id: 'b', content: {} } }),
  subject: { id: 'b', content },
})

it('takes a receiver of every event type, each in little time', async () => {
  const began = performance.now()
  for (const { type } of eventTypes) await test.api.create('/receivers', receiverFor(type))
  // Some 30 ms each; the bound is for a machine under load, and well below the deadline of a compilation.
  expect((performance.now() - began) / eventTypes.length).toBeLessThan(200)
})

it('holds the events of a receiver to its schema', async () => {
  const receiver = await test.api.create('/receivers', receiverFor('dev.cdevents.build.finished.0.3.0'))
  const payload = finished({ artifactId: 'pkg:oci/shop@1.2.0' })
  await test.api.create('/events', buildEvent(receiver, { payload }))
  const refused = await test.api.post('/events', buildEvent(receiver, { payload: finished({ image: 'x' }) }))
  expect([refused.status, refused.json.error.code]).toEqual([400, 'PAYLOAD_MISMATCH'])
})

it('keeps a gate closed on what a CDEvent says, custom or oddly written, in every mode', async () => {
  const receiver = await test.api.create('/receivers', { ...buildReceiver(), type: 'any.cdevent' })
  const group = await test.api.create('/groups', buildGroup([receiver]))
  const type = 'dev.cdeventsx.acme-scan.finished.0.1.0'
  const cdEvent = JSON.stringify({
    context: { specversion: '0.5.0', id: 'c', source: '/ci', type, timestamp: '2026-11-26T10:00:00Z' },
    subject: { id: 's', content: { outcome: 'failure' } },
  })
  const subject = 'pkg:oci/custom@1'
  const headers = (content: string) => ({
    'ce-specversion': '1.0',
    'ce-id': crypto.randomUUID(),
    'ce-source': '/ci',
    'ce-type': type,
    'ce-subject': subject,
    'content-type': content,
  })
  const head = `"specversion":"1.0","source":"/ci","type":"${type}","subject":"${subject}"`
  const sent: [status: number, body: string, headers: Record<string, string>][] = [
    [200, `{"id":"1",${head},"data":${cdEvent}}`, { 'content-type': 'application/cloudevents+json' }],
    [200, cdEvent, headers('application/json')],
    [200, cdEvent, headers('application/cdevents+json')],
    [200, cdEvent, headers('application/octet-stream')],
    [400, cdEvent, headers('text/plain')],
    [200, cdEvent, { ...headers('text/plain'), 'ce-eprsuccess': 'false' }],
  ]
  for (const [expected, body, given] of sent) {
    const { status, json, text } = await test.api.post(`/cloudevents?receiver=${receiver}`, body, given)
    expect([given, status, text]).toEqual([given, expected, text])
    if (status === 200)
      expect((await test.api.get(`/events/${json.data}`)).json.data[0]).toMatchObject({
        name: 'custom',
        success: false,
      })
  }
  const nvrpp = 'name=custom&version=1&release=1&platform_id=any&package=oci'
  expect((await test.api.get(`/groups/${group}/status?${nvrpp}`)).json.data[0].state).toBe('failed')
})

it('records a message of an EPR with what it says', async () => {
  const type = 'of.message'
  await test.api.create('/receivers', { ...buildReceiver(), type })
  const data = {
    success: false,
    id: 'x',
    specversion: '1.0',
    type,
    source: 'epr',
    api_version: 'v1',
    ...SHOP,
    data: {},
  }
  const event = { specversion: '1.0', id: 'm', source: 'epr', type, subject: 'x', eprgate: 'opened', data }
  const { json } = await test.api.post('/cloudevents', event, {
    'content-type': 'application/cloudevents+json',
  })
  expect((await test.api.get(`/events/${json.data}`)).json.data[0]).toMatchObject({ ...SHOP, success: false })
})

it('records a CDEvent in a CloudEvent with its outcome as success, and for the artifact that it names', async () => {
  const type = 'dev.cdevents.testsuiterun.finished.0.3.0'
  const receiver = await test.api.create('/receivers', receiverFor(type))
  const cdEvent = (outcome: string) => ({
    ...buildCdEvent('dev.cdevents.build.finished.0.3.0', {
      source: '/ci',
      subject: { id: 'b', content: {} },
    }),
    subject: { id: 'pkg:oci/shop@1.2.0', content: { outcome, environment: { id: 'ci' } } },
  })
  const send = (outcome: string) => {
    const { context, ...rest } = cdEvent(outcome)
    const data = { context: { ...context, type, id: outcome }, ...rest }
    const event = { specversion: '1.0', id: outcome, source: '/ci', type, data }
    return test.api.post('/cloudevents', event, { 'content-type': 'application/cloudevents+json' })
  }
  for (const [outcome, success] of [
    ['success', true],
    ['failure', false],
  ] as const) {
    const { json } = await send(outcome)
    const [event] = (await test.api.get(`/events/${json.data}`)).json.data
    expect(event).toMatchObject({ event_receiver_id: receiver, success, name: 'shop', version: '1.2.0' })
    expect(event.payload).toMatchObject({ specversion: '1.0', data: { context: { type } } })
  }
  const refused = await send('splendid')
  expect([refused.status, refused.json.error.code]).toEqual([400, 'PAYLOAD_MISMATCH'])
})

it('knows the schemas of CDEvents by their ids', async () => {
  for (const $ref of createSchemaCatalogue().keys()) {
    await test.api.create('/receivers', buildReceiver({ schema: { $ref } }))
  }
  const $ref = 'https://cdevents.dev/0.5.1/schema/build-finished-event'
  const receiver = await test.api.create('/receivers', buildReceiver({ schema: { $ref } }))
  await test.api.create('/events', buildEvent(receiver, { payload: finished({}) }))
  const refused = await test.api.post('/events', buildEvent(receiver, { payload: finished({ image: 'x' }) }))
  expect(refused.status).toBe(400)
  const $unknown = 'https://cdevents.dev/9.9.9/schema/build-finished-event'
  const unknown = await test.api.post('/receivers', buildReceiver({ schema: { $ref: $unknown } }))
  expect([unknown.status, unknown.text]).toEqual([400, expect.stringContaining($unknown)])
})

const name = "takes the specification's own schemas, which refer to others"
it.skipIf(!specification)(
  specification ? name : `did not run, because CDEVENTS_SPEC_DIR is not set: ${name}`,
  async () => {
    const read = (...path: string[]) =>
      JSON.parse(readFileSync(join(specification ?? '', '0.5.1', ...path), 'utf8'))
    const files = readdirSync(join(specification ?? '', '0.5.1', 'schemas')).filter((file) =>
      file.endsWith('.json'),
    )
    expect(files).toHaveLength(45)
    for (const file of files) {
      await test.api.create('/receivers', buildReceiver({ name: file, schema: read('schemas', file) }))
    }
    const receiver = await test.api.create(
      '/receivers',
      buildReceiver({ schema: read('schemas', 'buildqueued.json') }),
    )
    const payload = read('conformance', 'build_queued.json')
    await test.api.create('/events', buildEvent(receiver, { payload }))
    payload.context.links[0].linkKind = ''
    expect((await test.api.post('/events', buildEvent(receiver, { payload }))).status).toBe(400)
  },
)
