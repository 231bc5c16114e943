import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Api, buildEvent, buildReceiver } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let api: Api
let receiver: string
beforeAll(async () => {
  test = await startTestApp()
  api = test.api
  receiver = await api.create('/receivers', buildReceiver({ schema: { type: 'object' } }))
})
afterAll(() => test.close())

const UNKNOWN = '01HKX0J9KS8AASMRYX61458N41'
const COUNTED = { type: 'object', required: ['count'], properties: { count: { type: 'integer' } } }

async function check(body: unknown) {
  const { status, json, text } = await api.post('/receivers/check', body)
  expect([status, text]).toEqual([200, expect.any(String)])
  return json.data
}

describe('a schema that is tried', () => {
  it('has its dialect, and each sample its violations', async () => {
    const samples = [{ count: 1 }, { count: 1.5 }, {}]
    expect(await check({ schema: COUNTED, samples })).toEqual({
      problems: [],
      warnings: [],
      dialect: 'draft-07',
      samples: [[], ['payload/count must be integer'], ["payload must have required property 'count'"]],
      against: null,
    })
    const $schema = 'https://json-schema.org/draft/2020-12/schema'
    expect(await check({ schema: { $schema } })).toMatchObject({ dialect: '2020-12' })
  })

  it('sees the numbers of a sample as they were sent', async () => {
    const body = '{"schema": {"maximum": 9007199254740993}, "samples": [9007199254740993, 9007199254740994]}'
    expect((await check(body)).samples).toEqual([[], [expect.stringContaining('9007199254740993')]])
  })

  it.each([
    [{ type: 'no such type' }, /type/],
    [{ $ref: 'https://example.org/other.json' }, /other\.json/],
    [{ pattern: '(?=a)' }, /pattern/],
    ['a text', /object or a boolean/],
  ])('says what is wrong with %j', async (schema, problem) => {
    const { problems, dialect, samples, against } = await check({ schema, samples: [1] })
    expect(problems.join()).toMatch(problem)
    expect([dialect, samples, against]).toEqual([null, [], null])
  })

  it('is warned about when it accepts anything', async () => {
    for (const schema of [{}, true]) expect((await check({ schema })).warnings).toHaveLength(1)
  })

  it('names the stored payloads that break it', async () => {
    const posted = [{ count: 1 }, { count: 'one' }, {}, { count: 2 }]
    const ids: string[] = []
    for (const payload of posted) ids.push(await api.create('/events', buildEvent(receiver, { payload })))
    const against = { event_receiver_id: receiver }
    expect((await check({ schema: COUNTED, against })).against).toEqual({
      checked: 4,
      failed: [
        { event_id: ids[2], violations: ["payload must have required property 'count'"] },
        { event_id: ids[1], violations: ['payload/count must be integer'] },
      ],
      complete: true,
    })
    expect((await check({ schema: COUNTED, against: { ...against, last: 2 } })).against).toMatchObject({
      checked: 2,
      failed: [{ event_id: ids[2] }],
      complete: true,
    })
  })

  it('is held to 8 MiB of payloads, and says that there were more', async () => {
    const large = await api.create('/receivers', buildReceiver({ name: 'large' }))
    const payload = { text: 'x'.repeat(3 * 1024 * 1024) }
    for (let count = 0; count < 4; count++) await api.create('/events', buildEvent(large, { payload }))
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const { against } = await check({ schema: COUNTED, against: { event_receiver_id: large } })
    delay.disable()
    expect(against).toMatchObject({ checked: 3, complete: false })
    expect(delay.max / 1e6).toBeLessThan(100)
  })
})

it.each([
  [{}, 'schema is required'],
  [{ schema: {}, sample: [] }, '"sample" is not known: schema, samples, against are'],
  [{ schema: {}, samples: {} }, 'samples must be an array of at most 100 payloads'],
  [
    { schema: {}, against: { event_receiver_id: UNKNOWN, last: 501 } },
    'last must be a whole number from 1 to 500',
  ],
])('refuses %j with the reason', async (body, problem) => {
  const { status, json } = await api.post('/receivers/check', body)
  expect([status, json.errors]).toEqual([400, [problem]])
})

it('knows no receiver that is not there', async () => {
  const against = { event_receiver_id: UNKNOWN }
  expect((await api.post('/receivers/check', { schema: {}, against })).status).toBe(404)
  expect((await api.post(`/receivers/${UNKNOWN}/check`, { payload: 1 })).status).toBe(404)
})

it('records while a costly schema is tried', async () => {
  const x = { allOf: Array.from({ length: 2 }, () => ({ items: { $ref: '#/definitions/x' } })) }
  const schema = { $ref: '#/definitions/x', definitions: { x } }
  const deep = JSON.parse(`${'['.repeat(60)}${']'.repeat(60)}`)
  const other = await api.create('/receivers', buildReceiver({ name: 'other', schema: { type: 'array' } }))
  const order: string[] = []
  const tried = check({ schema, samples: [deep] }).finally(() => order.push('tried'))
  // Too long for the main thread: a worker holds it to its schema.
  await api.create('/events', buildEvent(other, { payload: ['x'.repeat(70_000)] }))
  order.push('recorded')
  expect((await tried).samples[0].join()).toMatch(/could not be validated/)
  expect(order).toEqual(['recorded', 'tried'])
})

it('says whether a receiver would take a payload', async () => {
  const strict = await api.create('/receivers', buildReceiver({ name: 'strict', schema: COUNTED }))
  const ask = async (payload: unknown) =>
    (await api.post(`/receivers/${strict}/check`, { payload })).json.data
  expect(await ask({ count: 1 })).toEqual({ violations: [] })
  expect(await ask({ count: 'x' })).toEqual({ violations: ['payload/count must be integer'] })
  expect((await api.post(`/receivers/${strict}/check`, {})).json.errors).toEqual(['payload is required'])
  expect((await api.get(`/events?event_receiver_id=${strict}`)).json.data).toEqual([])
})
