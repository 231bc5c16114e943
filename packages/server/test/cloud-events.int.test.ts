import { createHash } from 'node:crypto'
import { type Api, buildCloudEvent, buildGroup, buildNvrpp, buildReceiver, createApi } from '@epr/testkit'
import { CloudEvent, emitterFor, httpTransport, Mode } from 'cloudevents'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp } from '../src/app.js'
import { buildConfig, startTestApp, type TestApp } from './support/test-app.js'

const EXACT = '{"2":12345678901234567890,"1":-0,"pi":3.14159265358979323846}'
const STRUCTURED = { 'content-type': 'application/cloudevents+json' }
const BATCH = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' }

let test: TestApp
let api: Api
let receiver: string
beforeAll(async () => {
  test = await startTestApp(
    {},
    {
      cloudEventMappers: [
        ({ type }) => (type === 'of.nobody' ? { success: true } : undefined),
        ({ type, outcome }) =>
          type === 'of.mapper' ? { success: outcome === 'good', nvrpp: MAPPED } : undefined,
        () => ({}),
      ],
    },
  )
  api = test.api
  receiver = await api.create('/receivers', buildReceiver())
})
afterAll(() => test.close())

const MAPPED = { ...buildNvrpp(), name: 'mapped' }
const SHOP = { name: 'shop', version: '1.2.0', release: '1', platform_id: 'amd64', package: 'oci' }

const send = (event: object | string, query = '') => api.post(`/cloudevents${query}`, event, STRUCTURED)
const eventOf = async (id: string) => (await api.get(`/events/${id}`)).json.data[0]
const recorded = async (event: object, query = '') => {
  const { status, json, text } = await send(event, query)
  expect([status, status === 200 ? '' : text]).toEqual([200, ''])
  return eventOf(json.data)
}
const countOf = async (name: string) => (await api.get(`/events?name=${name}`)).json.data.length
/** An event without any member that says which artifact it is about. */
const anonymous = (overrides: object) => {
  const {
    eprname: _1,
    eprversion: _2,
    eprrelease: _3,
    eprplatformid: _4,
    eprpackage: _5,
    ...rest
  } = buildCloudEvent()
  return { ...rest, ...overrides }
}

describe('the library of CloudEvents as sender', () => {
  const sink = () => `${test.app.url}/api/v1/cloudevents`

  it.each([Mode.BINARY, Mode.STRUCTURED])('is understood in %s mode', async (mode) => {
    const event = new CloudEvent(buildCloudEvent({ time: '2026-11-23T10:00:00.000Z', subject: 'a subject' }))
    const emit = emitterFor(httpTransport(sink()), { mode })
    const { body } = (await emit(event)) as { body: string }
    const stored = await eventOf(JSON.parse(body).data)
    expect(stored).toMatchObject({
      name: event.eprname,
      version: event.eprversion,
      release: event.eprrelease,
      platform_id: event.eprplatformid,
      package: event.eprpackage,
      success: true,
      event_receiver_id: receiver,
      payload: { id: event.id, source: '/tests', type: 'epr.foo.cli', data: { name: 'joe' } },
    })
    expect(stored.payload).toMatchObject({ time: '2026-11-23T10:00:00.000Z', subject: 'a subject' })
  })

  it('is understood in batch mode', async () => {
    const events = [new CloudEvent(buildCloudEvent()), new CloudEvent(buildCloudEvent())]
    const { status, json } = await api.post('/cloudevents', JSON.stringify(events), BATCH)
    expect(status).toBe(200)
    const stored = await Promise.all(json.data.map(({ id }: { id: string }) => eventOf(id)))
    expect(stored.map(({ name }) => name)).toEqual(events.map(({ eprname }) => eprname))
  })
})

describe('the payload', () => {
  const payloadText = async (id: string) => {
    const { text } = await api.get(`/events/${id}`)
    return text.slice(text.indexOf('"payload":') + '"payload":'.length)
  }

  it('is a structured CloudEvent as it was sent', async () => {
    const text = JSON.stringify(buildCloudEvent({ data: 0 })).replace('"data":0', `"data": ${EXACT}`)
    const { json } = await send(text)
    expect(await payloadText(json.data)).toContain(text)
  })

  it.each([
    ['application/json', EXACT, `"data":${EXACT}`],
    ['application/vnd.foo+json; charset=utf-8', '0', '"data":0'],
    ['text/plain', 'ä "b"', '"data":"ä \\"b\\""'],
    ['application/octet-stream', Uint8Array.of(0, 255), '"data_base64":"AP8="'],
    ['text/plain; charset=latin1', Uint8Array.of(228), '"data_base64":"5A=="'],
  ])('of a binary %s is structured, and its data is kept', async (contentType, body, data) => {
    const { data: _, ...attributes } = buildCloudEvent()
    const headers = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]),
    )
    const sent = { ...headers, 'content-type': contentType, 'ce-subject': '"a%20%C3%A4 \\"b\\""' }
    const { status, json } = await api.post('/cloudevents', body, sent)
    expect(status).toBe(200)
    expect(await payloadText(json.data)).toContain(data)
    const { payload } = await eventOf(json.data)
    expect(payload).toMatchObject({ ...attributes, subject: 'a ä "b"', datacontenttype: contentType })
  })

  it('must satisfy the schema of the receiver', async () => {
    const schema = { properties: { data: { required: ['passed'] } } }
    const strict = await api.create('/receivers', buildReceiver({ type: 'of.strict', schema }))
    expect((await send(buildCloudEvent({ type: 'of.strict' }))).json.error.code).toBe('PAYLOAD_MISMATCH')
    const { event_receiver_id } = await recorded(buildCloudEvent({ type: 'of.strict', data: { passed: 1 } }))
    expect(event_receiver_id).toBe(strict)
  })
})

describe('the receiver', () => {
  it('is the newest of the type, or the one that is named', async () => {
    const older = await api.create('/receivers', buildReceiver({ type: 'of.two' }))
    const newer = await api.create('/receivers', buildReceiver({ type: 'of.two' }))
    const event = buildCloudEvent({ type: 'of.two' })
    expect((await recorded(event)).event_receiver_id).toBe(newer)
    expect((await recorded(event, `?receiver=${older}`)).event_receiver_id).toBe(older)
    expect((await recorded(event, `/?receiver=${older}`)).event_receiver_id).toBe(older)
  })

  it.each([
    ['', /^type/],
    ['?receiver=01HKX0J9KS8AASMRYX61458N41', /^event_receiver_id/],
    ['?receiver=', /^receiver/],
    ['?recevier=x', /recevier/],
  ])('must exist: %s', async (query, problem) => {
    const { status, json } = await send(buildCloudEvent({ type: 'of.none' }), query)
    expect([status, json.errors]).toEqual([400, [expect.stringMatching(problem)]])
  })
})

describe('the artifact', () => {
  it('is taken from a package URL where extensions say nothing', async () => {
    const subject = 'pkg:oci/shop@1.2.0?arch=amd64'
    expect(await recorded(anonymous({ subject }))).toMatchObject(SHOP)
    expect(await recorded(anonymous({ subject, eprrelease: '9', eprversion: 2 }))).toMatchObject({
      ...SHOP,
      release: '9',
      version: '2',
    })
    // The whole artifact is named: what the subject is does not matter.
    expect(await recorded(buildCloudEvent({ subject: 'pkg:' }))).toMatchObject({ package: 'docker' })
  })

  it.each([
    [{}, ['eprname', 'eprversion', 'eprrelease', 'eprplatformid', 'eprpackage']],
    [{ subject: 'shop' }, ['eprname', 'eprversion', 'eprrelease', 'eprplatformid', 'eprpackage']],
    [{ subject: 'pkg:oci/shop' }, ['eprversion']],
    [{ subject: 'pkg:oci' }, ['subject']],
    [{ subject: 'pkg:oci/shop@1', eprname: 'x'.repeat(256) }, ['name']],
  ])('must be known: %j', async (fields, names) => {
    const { status, json } = await send(anonymous(fields))
    expect([status, json.error.code]).toEqual([400, 'INVALID_ARGUMENT'])
    expect(json.errors.map((text: string) => text.split(' ', 1)[0])).toEqual(names)
  })
})

it('the description says what it is and where it is from, however long that is', async () => {
  expect((await recorded(buildCloudEvent())).description).toBe('CloudEvent epr.foo.cli from /tests')
  const { description } = await recorded(buildCloudEvent({ source: `/${'s'.repeat(400)}` }))
  expect([...description]).toHaveLength(255)
})

describe('success', () => {
  it.each([
    [undefined, true],
    [true, true],
    [false, false],
    ['true', true],
    ['false', false],
  ])('%j is %j', async (eprsuccess, success) => {
    expect((await recorded(buildCloudEvent({ eprsuccess }))).success).toBe(success)
  })

  it.each(['yes', 1])('%j is refused', async (eprsuccess) => {
    const { status, json } = await send(buildCloudEvent({ eprsuccess }))
    expect([status, json.errors]).toEqual([400, [expect.stringContaining('eprsuccess')]])
  })
})

describe('mappers', () => {
  it('know success and artifact, and the sender knows better', async () => {
    const id = await api.create('/receivers', buildReceiver({ type: 'of.mapper' }))
    const map = (fields: object) => recorded(anonymous({ type: 'of.mapper', ...fields }), `?receiver=${id}`)
    expect(await map({ outcome: 'good' })).toMatchObject({ ...MAPPED, success: true })
    expect(await map({ outcome: 'bad', subject: 'pkg:oci/shop@1' })).toMatchObject({
      ...MAPPED,
      success: false,
    })
    expect(await map({ outcome: 'bad', eprsuccess: true, eprname: 'told' })).toMatchObject({
      ...MAPPED,
      name: 'told',
      success: true,
    })
  })
})

describe('what is not a CloudEvent', () => {
  it.each([
    [{ id: '' }, 'id'],
    [{ source: undefined }, 'source'],
    [{ type: null }, 'type'],
    [{ specversion: undefined }, 'specversion'],
    [{ specversion: '0.3' }, 'specversion'],
    [{ time: 'yesterday' }, 'time'],
    [{ Odd_Name: 'x' }, 'Odd_Name'],
    [{ odd: { deep: 1 } }, 'odd'],
    [{ id: 5 }, 'id'],
    [{ data_base64: 'AP8=' }, 'data_base64'],
  ])('is refused with the attribute named: %j', async (fields, attribute) => {
    const { status, json } = await send(buildCloudEvent(fields))
    expect([status, json.error.code, json.errors]).toEqual([
      400,
      'INVALID_ARGUMENT',
      [expect.stringContaining(attribute)],
    ])
  })

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['too deep', `{"data":${'['.repeat(300)}${']'.repeat(300)}}`],
  ])('is refused: %s', async (_, body) => {
    expect((await send(body)).status).toBe(400)
  })

  it('is refused in binary mode', async () => {
    const post = async (headers: Record<string, string>, body: string | Uint8Array = '{}') => {
      const { status, json } = await api.post('/cloudevents', body, headers)
      return [status, json.errors[0]]
    }
    expect(await post({ 'ce-id': '1' })).toEqual([400, expect.stringContaining('specversion')])
    const all = { 'ce-id': '1', 'ce-specversion': '1.0', 'ce-source': '/s', 'ce-type': 't' }
    expect(await post({ ...all, 'ce-subject': '%FF' })).toEqual([400, expect.stringContaining('subject')])
    expect(await post(all, '{')).toEqual([400, expect.stringContaining('JSON')])
  })

  it.each([
    'application/json',
    'application/cloudevents+xml',
    'application/cloudevents-batch+avro',
    'text/plain',
  ])('is 415: %s', async (contentType) => {
    const headers = { 'content-type': contentType, ...(contentType.includes('avro') && { 'ce-id': '1' }) }
    const { status, json } = await api.post('/cloudevents', '{}', headers)
    expect([status, json.error.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
  })
})

describe('source and id', () => {
  const JSON_DATA = '{"n":12345678901234567890,"list":[1,"a"]}'

  /** A CloudEvent as JSON text whose data is a text of JSON. */
  const withData = (event: object, text: string) => `${JSON.stringify(event).slice(0, -1)},"data":${text}}`

  it('are one event, also when it is traced on another way, in another mode and with other white space', async () => {
    const { data: _, ...event } = buildCloudEvent()
    const first = await send(withData(event, JSON_DATA))
    expect(first.status).toBe(200)
    const attributes = Object.entries(event).map(([name, value]) => [`ce-${name}`, String(value)])
    const repeats = [
      await send(withData({ ...event, traceparent: 'b', time: '2026-11-01T00:00:00Z' }, JSON_DATA)),
      await send(withData(event, '{ "list": [1.0, "\\u0061"], "n": 12345678901234567890e0 }')),
      await api.post('/cloudevents', JSON_DATA, Object.fromEntries(attributes)),
    ]
    expect(repeats.map(({ text }) => text)).toEqual(repeats.map(() => first.text))
    const other = await send({ ...event, source: '/others', data: 1 })
    expect(other.text).not.toBe(first.text)
    expect(await countOf(event.eprname)).toBe(2)
  })

  it.each([
    ['artifact', { eprversion: 'another' }, JSON_DATA],
    ['success', { eprsuccess: false }, JSON_DATA],
    ['type', { type: 'foo.other' }, JSON_DATA],
    ['data', {}, JSON_DATA.replace('890,', '891,')],
    ['data that is a text', {}, JSON.stringify(JSON_DATA)],
  ])('that say something else are refused: %s', async (_, overrides, text) => {
    await api.create('/receivers', buildReceiver({ type: 'foo.other' }))
    const { data: _data, ...event } = buildCloudEvent()
    const first = await send(withData(event, JSON_DATA))
    const second = withData({ ...event, ...overrides }, text)
    const { status, json } = await send(second)
    expect([status, json.error.code]).toEqual([409, 'ALREADY_EXISTS'])
    const batch = `[${second},${withData(event, JSON_DATA)},${JSON.stringify(buildCloudEvent())}]`
    const { data: items } = (await api.post('/cloudevents', batch, BATCH)).json
    expect(items).toEqual([
      { errors: [expect.any(String)], error: expect.objectContaining({ code: 'ALREADY_EXISTS' }) },
      { id: first.json.data },
      { id: expect.any(String) },
    ])
    expect(await countOf(event.eprname)).toBe(1)
  })

  it('of which two that differ come in one batch: the first is recorded, the other refused', async () => {
    const event = buildCloudEvent()
    const { json } = await api.post('/cloudevents', [event, { ...event, eprname: 'another' }], BATCH)
    expect(json.data).toEqual([
      { id: expect.any(String) },
      { errors: [expect.any(String)], error: expect.objectContaining({ code: 'ALREADY_EXISTS' }) },
    ])
  })

  it('of an event that the version before has kept are a repeat of it', async () => {
    const event = buildCloudEvent()
    const sha256 = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest()
    const scope = ['cloudevents', event.source, event.id, '']
    await test.database
      .connect()
      .query('insert into idempotency_keys (key, digest, result) values ($1, $2, $3)', [
        sha256(['anonymous', ...scope]),
        sha256(scope),
        '"recorded before"',
      ])
    const { status, json } = await send(event)
    expect([status, json.data]).toEqual([200, 'recorded before'])
  })

  it('are one event in all modes, at the same time and on several servers', async () => {
    const config = buildConfig({ db: test.database.url })
    const second = await startApp({ config, version: '0.0.0-test', log: pino({ level: 'silent' }) })
    try {
      const apis = [api, createApi(second.url)]
      const event = buildCloudEvent()
      const answers = await Promise.all(
        Array.from({ length: 12 }, async (_, index) => {
          const target = apis[index % 2] as Api
          if (index % 3 > 0) return (await target.post('/cloudevents', event, STRUCTURED)).json.data
          return (await target.post('/cloudevents', [event], BATCH)).json.data[0].id
        }),
      )
      expect(new Set(answers).size).toBe(1)
      expect(await countOf(event.eprname)).toBe(1)
    } finally {
      await second.stop()
    }
  })

  it('of what was refused may be sent again', async () => {
    const event = buildCloudEvent({ type: 'of.later' })
    expect((await send(event)).status).toBe(400)
    await api.create('/receivers', buildReceiver({ type: 'of.later' }))
    expect((await send(event)).status).toBe(200)
  })
})

describe('a batch', () => {
  it('is answered element by element', async () => {
    const good = buildCloudEvent()
    const bad = [buildCloudEvent({ id: '' }), 5, anonymous({}), buildCloudEvent({ type: 'of.none' })]
    const { status, json } = await api.post('/cloudevents', [good, ...bad, good], BATCH)
    expect(status).toBe(200)
    const [first, id, notAnObject, artifact, type, last] = json.data
    expect(first).toEqual({ id: expect.any(String) })
    expect(last).toEqual(first)
    expect(id.errors).toEqual([expect.stringMatching(/^id/)])
    expect(notAnObject.errors).toHaveLength(1)
    expect(artifact.errors).toHaveLength(5)
    expect(type.errors).toEqual([expect.stringMatching(/^type/)])
  })

  it('keeps the order of the events of one artifact: the latest counts at a gate', async () => {
    const id = await api.create('/receivers', buildReceiver({ type: 'of.order' }))
    const group = await api.create('/groups', buildGroup([id]))
    const artifact = anonymous({ type: 'of.order', subject: 'pkg:oci/ordered@1' })
    const events = Array.from({ length: 40 }, (_, index) => ({
      ...artifact,
      id: crypto.randomUUID(),
      eprsuccess: index === 39,
      data: index % 7 === 0 ? 'x'.repeat(20_000) : index,
    }))
    const { json } = await api.post('/cloudevents', events, BATCH)
    const nvrpp = 'name=ordered&version=1&release=1&platform_id=any&package=oci'
    const { data } = (await api.get(`/groups/${group}/status?${nvrpp}`)).json
    expect(data[0]).toMatchObject({ state: 'open', receivers: [{ event_id: json.data[39].id }] })
  })

  it('may be empty: nothing is recorded', async () => {
    const { status, json } = await api.post('/cloudevents', '[]', BATCH)
    expect([status, json]).toEqual([200, { data: [] }])
  })

  it.each([
    ['no array', '{}'],
    ['too many', JSON.stringify(Array.from({ length: 1_001 }, () => 0))],
  ])('must hold at most 1000 events: %s', async (_, body) => {
    expect((await api.post('/cloudevents', body, BATCH)).status).toBe(400)
  })
})

describe('the handshake of web hooks', () => {
  const ask = (headers: Record<string, string>) =>
    fetch(`${test.app.url}/api/v1/cloudevents`, { method: 'OPTIONS', headers })

  it('grants whoever asks', async () => {
    const { status, headers } = await ask({
      'webhook-request-origin': 'events.example.test',
      'webhook-request-rate': '120',
    })
    expect(status).toBe(200)
    expect(headers.get('webhook-allowed-origin')).toBe('events.example.test')
    expect(headers.get('webhook-allowed-rate')).toBe('*')
    expect(headers.get('allow')).toBe('POST')
  })

  it('asks who asks', async () => {
    const response = await ask({})
    expect(response.status).toBe(400)
    expect(((await response.json()) as { errors: string[] }).errors[0]).toContain('WebHook-Request-Origin')
  })
})

it('pages of other origins may not deliver', async () => {
  const headers = { ...STRUCTURED, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
  const { status, json } = await api.post('/cloudevents', buildCloudEvent(), headers)
  expect([status, json.error.code]).toEqual([403, 'PERMISSION_DENIED'])
})

it('1,500 events with odd members, and bodies that are none, give no 5xx', async () => {
  const names = Object.keys(buildCloudEvent({ subject: '', eprsuccess: true, data_base64: '', time: '' }))
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('pkg:%', 'pkg:oci/%00', 'pkg:a/b@\u0000', '\ud800', '1.0'),
  )
  const event = fc
    .dictionary(fc.constantFrom(...names), odd, { maxKeys: 3 })
    .map((members) => buildCloudEvent(members))
  const requests = fc.oneof(
    fc.tuple(
      event.map((one) => JSON.stringify(one)),
      fc.constant(STRUCTURED),
    ),
    fc.tuple(
      fc.array(event, { maxLength: 3 }).map((many) => JSON.stringify(many)),
      fc.constant(BATCH),
    ),
    fc.tuple(fc.string(), fc.constantFrom(STRUCTURED, BATCH)),
    fc.tuple(
      fc.string(),
      fc.string({ unit: 'grapheme-ascii' }).map((text) => ({
        ...Object.fromEntries(['id', 'source', 'type', 'specversion'].map((name) => [`ce-${name}`, '1.0'])),
        'ce-subject': text,
        'ce-eprname': `%${text}`,
      })),
    ),
  )
  const bad: string[] = []
  const next = fc.sample(requests, 1_500)[Symbol.iterator]()
  const sender = async () => {
    for (let item = next.next(); !item.done; item = next.next()) {
      const [body, headers] = item.value
      const { status, text } = await api.post('/cloudevents', body, headers)
      if (status >= 500) bad.push(`${status} ${body} ${JSON.stringify(headers)} ${text}`)
    }
  }
  await Promise.all(Array.from({ length: 8 }, sender))
  expect(bad).toEqual([])
})
