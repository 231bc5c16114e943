import { toJsonText } from '@epr/model'
import { HttpResponse, http } from 'msw'
import { describe, expect, it } from 'vitest'
import { ID, inTurn, original, ours, testClient, URL, useWire } from '../../test/wire.js'
import type { Client, NewEvent } from '../index.js'

const wire = useWire()

const receiver = { name: 'n', type: 't', version: '1', description: 'd', schema: {} }
const event: NewEvent = {
  ...{ name: 'n', version: '1', release: 'r', platform_id: 'p', package: 'k', description: 'd' },
  payload: {},
  event_receiver_id: ID,
}
const nvrpp = { name: 'n', version: '1', release: 'r', platform_id: 'p', package: 'k' }
const cloudEvent = { specversion: '1.0', id: '1', source: 's', type: 't' }
const kept = { ...receiver, id: ID, fingerprint: 'f', created_at: '2026-01-01T00:00:00Z' }

const onCreate = (answer: () => Response) => wire.use(http.post(`${URL}/api/v1/receivers`, answer))
const onGet = (answer: () => Response) => wire.use(http.get(`${URL}/api/v1/receivers/:id`, answer))
const create = () => testClient().receivers.create(receiver)
const get = () => testClient().receivers.get(ID)

describe('a creation', () => {
  it.each([
    ['ours', () => ours({ data: ID })],
    ['the original', () => original({ data: ID })],
    ['201 and empty errors', () => original({ data: ID, errors: [] }, 201)],
    ['an array', () => original({ data: [ID] })],
    ['an object', () => original({ data: { id: ID, name: 'n' } })],
  ])('gives the id that %s answers', async (_, answer) => {
    onCreate(answer)
    expect(await create()).toBe(ID)
  })

  it.each([
    ['no JSON', () => HttpResponse.html('<h1>It works!</h1>')],
    ['nothing', () => new HttpResponse(null, { status: 204 })],
    ['no data', () => ours({})],
    ['a number', () => ours({ data: 5 })],
    ['an empty array', () => ours({ data: [] })],
    ['null', () => ours(null)],
    [
      'a redirect',
      () => new HttpResponse(null, { status: 302, headers: { location: 'https://login.test' } }),
    ],
  ])('fails with a ResponseError when the answer is %s', async (_, answer) => {
    onCreate(answer)
    await expect(create()).rejects.toMatchObject({ name: 'ResponseError', code: 'INTERNAL' })
  })

  it('sends texts of JSON as they stand, and refuses what JSON cannot hold', async () => {
    let body = ''
    wire.use(
      http.post(`${URL}/api/v1/events`, async ({ request }) => {
        body = await request.text()
        return ours({ data: ID })
      }),
    )
    const { events } = testClient()
    await events.create({ ...event, payload: toJsonText('{"big":12345678901234567890}') })
    expect(body).toContain('"payload":{"big":12345678901234567890}')
    await events.create({ ...event, payload: { zero: -0, at: new Date(0) } })
    expect(body).toContain('"payload":{"zero":-0,"at":"1970-01-01T00:00:00.000Z"}')
    for (const payload of [{ a: [Number.NaN] }, new Map(), 1n, toJsonText('1},"success":true'), () => 1]) {
      await expect(events.create({ ...event, payload })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
  })
})

describe('a get', () => {
  it.each([
    ['an array of one', () => ours({ data: [{ ...kept, unknown: 1 }] })],
    ['the object', () => original({ data: kept })],
  ])('reads %s', async (_, answer) => {
    onGet(answer)
    expect(await get()).toEqual(kept)
  })

  it.each([[[]], [null]])('says NOT_FOUND for data %j', async (data) => {
    onGet(() => original({ data }))
    await expect(get()).rejects.toMatchObject({ name: 'ApiError', code: 'NOT_FOUND' })
  })

  it('fails with every field that is nonsense', async () => {
    onGet(() => ours({ data: [{ ...kept, id: 7, name: 5 }] }))
    await expect(get()).rejects.toMatchObject({ name: 'ResponseError', details: { length: 2 } })
  })
})

describe('an error', () => {
  it('has what our server says', async () => {
    const error = { code: 'PAYLOAD_MISMATCH', message: 'two things', details: ['a', 'b'], request_id: 'q' }
    onCreate(() => ours({ errors: ['a', 'b'], error }, 400))
    await expect(create()).rejects.toMatchObject({
      ...{ name: 'ApiError', code: 'PAYLOAD_MISMATCH', message: 'two things', status: 400 },
      ...{ details: ['a', 'b'], requestId: 'q' },
    })
  })

  it.each([
    [400, 'INVALID_ARGUMENT'],
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [409, 'ALREADY_EXISTS'],
    [410, 'GONE'],
    [413, 'PAYLOAD_TOO_LARGE'],
    [418, 'INVALID_ARGUMENT'],
    [429, 'RATE_LIMITED'],
    [500, 'INTERNAL'],
    [502, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
    [504, 'TIMEOUT'],
    [507, 'INTERNAL'],
  ])('of status %i alone is %s', async (status, code) => {
    wire.use(http.get(`${URL}/healthz/liveness`, () => original('ok')))
    onCreate(() => original({ data: '', errors: ['it is wrong'] }, status))
    await expect(create()).rejects.toMatchObject({ code, status, message: 'it is wrong' })
    onCreate(() => HttpResponse.html('<h1>sorry</h1>', { status }))
    await expect(create()).rejects.toMatchObject({ name: 'ApiError', code, status })
  })

  it.each([
    ['an unknown code', { error: { code: 'OOPS', message: 5 } }],
    ['errors of numbers', { errors: [5], error: 'x' }],
    ['an array', []],
  ])('of which the server says %s is read by its status', async (_, body) => {
    onCreate(() => ours(body, 404))
    await expect(create()).rejects.toMatchObject({ name: 'ApiError', code: 'NOT_FOUND' })
  })

  it('may come with 200 from the original', async () => {
    onCreate(() => original({ errors: ['no such thing'] }))
    await expect(create()).rejects.toMatchObject({ name: 'ApiError', message: 'no such thing', status: 200 })
  })
})

describe('a repeat', () => {
  const busy = () => ours({ errors: ['busy'], error: { code: 'UNAVAILABLE', message: 'busy' } }, 503)

  it('of a read is made after busy answers and cut connections', async () => {
    onGet(
      inTurn<Response>(
        busy,
        () => HttpResponse.error(),
        () => ours({ data: [kept] }),
      ),
    )
    expect(await get()).toEqual(kept)
  })

  it('of a read ends after as many as are allowed, with the last error', async () => {
    let calls = 0
    onGet(() => {
      calls++
      return busy()
    })
    await expect(get()).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 })
    expect(calls).toBe(4)
    calls = 0
    await expect(testClient({ retry: false }).receivers.get(ID)).rejects.toMatchObject({ status: 503 })
    expect(calls).toBe(1)
  })

  it('is not made after what it cannot heal', async () => {
    let calls = 0
    onGet(() => {
      calls++
      return ours({ errors: ['bad'] }, 500)
    })
    await expect(get()).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(calls).toBe(1)
  })

  it('of a creation carries the same Idempotency-Key, and another call another one', async () => {
    const keys: (string | null)[] = []
    const answer = inTurn<Response>(
      busy,
      () => HttpResponse.error(),
      () => ours({ data: ID }),
    )
    wire.use(
      http.post(`${URL}/api/v1/receivers`, ({ request }) => {
        keys.push(request.headers.get('idempotency-key'))
        return answer()
      }),
    )
    const { receivers } = testClient()
    expect(await receivers.create(receiver)).toBe(ID)
    expect(await receivers.create(receiver)).toBe(ID)
    expect(keys).toHaveLength(4)
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(new Set(keys.slice(0, 3)).size).toBe(1)
    expect(keys[3]).not.toBe(keys[0])
  })

  /** What a proxy says while the server behind it starts again. */
  const badGateway = () => HttpResponse.html('<h1>Bad Gateway</h1>', { status: 502 })
  const onLiveness = (...answers: (() => Response)[]) =>
    wire.use(http.get(`${URL}/healthz/liveness`, inTurn(...answers)))

  it.each([
    ['cut', () => HttpResponse.error()],
    ["a proxy's 502", badGateway],
    ["the original's 503", () => original({ errors: ['busy'] }, 503)],
  ])('of a creation that ends with %s is not made at a server that keeps no keys', async (_, answer) => {
    let calls = 0
    onLiveness(() => original('ok'))
    onCreate(() => {
      calls++
      return answer()
    })
    await expect(create()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(calls).toBe(1)
  })

  it.each([
    ['cut', () => HttpResponse.error()],
    ["a proxy's 502", badGateway],
  ])(
    'of the first creation, which ends with %s, is made once the server is there and keeps keys',
    async (_, answer) => {
      onLiveness(
        () => HttpResponse.error(),
        badGateway,
        () => ours('ok'),
      )
      onCreate(inTurn<Response>(answer, () => ours({ data: ID })))
      expect(await create()).toBe(ID)
    },
  )

  it('of any call is made while there is no connection: nothing was sent', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const away = () => {
      throw new TypeError('fetch failed', { cause: refused })
    }
    const answer = inTurn<Response>(away, away, () => original({ data: ID }))
    const client = testClient({ fetch: async () => answer() })
    await client.groups.enable(ID)
  })

  it('is not made of a connection that cannot be trusted', async () => {
    let calls = 0
    const cause = Object.assign(new Error('wrong version'), { code: 'ERR_SSL_WRONG_VERSION_NUMBER' })
    const client = testClient({
      fetch: async () => {
        calls++
        throw new TypeError('fetch failed', { cause })
      },
    })
    const said = { code: 'UNAVAILABLE', phase: 'tls', message: expect.stringContaining('http://?') }
    await expect(client.receivers.get(ID)).rejects.toMatchObject(said)
    expect(calls).toBe(1)
  })

  it('of a change is never made', async () => {
    let calls = 0
    wire.use(
      http.patch(`${URL}/api/v1/groups/:id`, () => {
        calls++
        return busy()
      }),
    )
    await expect(testClient().groups.enable(ID)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(calls).toBe(1)
  })
})

describe('a call', () => {
  const never = () => new Promise<Response>(() => {})

  it('fails with TIMEOUT when its time is up', async () => {
    wire.use(http.get(`${URL}/api/v1/receivers/:id`, never))
    const call = testClient().receivers.get(ID, { timeoutMs: 20 })
    await expect(call).rejects.toMatchObject({ name: 'NetworkError', code: 'TIMEOUT' })
  })

  it('ends by its signal, with its reason, also before it began', async () => {
    wire.use(http.get(`${URL}/api/v1/receivers/:id`, never))
    const stop = new AbortController()
    const call = testClient().receivers.get(ID, { signal: stop.signal })
    const reason = new Error('enough')
    stop.abort(reason)
    await expect(call).rejects.toBe(reason)
    await expect(testClient().receivers.get(ID, { signal: stop.signal })).rejects.toBe(reason)
  })

  it('goes below the path of the url, with the headers of the client', async () => {
    wire.use(
      http.get('http://epr.test/pre/fix/api/v1/receivers/:id', ({ request }) =>
        ours({ data: [{ ...kept, name: request.headers.get('x-team') ?? '' }] }),
      ),
    )
    const client = testClient({ url: 'http://epr.test/pre/fix/', headers: { 'x-team': 'blue' } })
    expect((await client.receivers.get(ID)).name).toBe('blue')
  })
})

it('reads the status of the original, which is JSON in JSON', async () => {
  wire.use(http.get(`${URL}/healthz/status`, () => original('{"ready":true}')))
  expect(await testClient().status()).toEqual({ ready: true, features: [] })
})

it.each([
  ['as JSON', (body: object) => body],
  ['as JSON in JSON', (body: object) => JSON.stringify(body)],
])('reads the status of the original, whose service is an object, %s', async (_, wrap) => {
  const service = { name: 'epr', version: 'v0.1.0', release: '2024' }
  wire.use(http.get(`${URL}/healthz/status`, () => original(wrap({ service, ready: true }))))
  const status = await testClient().status()
  expect(status).toMatchObject({ service: 'epr', version: 'v0.1.0', ready: true, features: [] })
})

it.each<[string, string, (client: Client) => Promise<unknown>]>([
  ['groups.status', 'group-status', ({ groups }) => groups.status(ID, nvrpp)],
  ['groups.waitUntilOpen', 'group-status', ({ groups }) => groups.waitUntilOpen(ID, nvrpp)],
  ['messages.list', 'feed', ({ messages }) => messages.list()],
  ['messages.stream', 'feed', ({ messages }) => messages.stream().next()],
  ['messages.connect', 'feed', ({ messages }) => messages.connect().next()],
  ['events.createFromCloudEvent', 'cloudevents', ({ events }) => events.createFromCloudEvent(cloudEvent)],
])('%s says that the original cannot do that, and of which feature it is', async (call, feature, run) => {
  wire.use(http.all(`${URL}/*`, () => HttpResponse.text('404 page not found', { status: 404 })))
  const message = `this server cannot do ${call}: it does not have the feature "${feature}"`
  await expect(run(testClient())).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message })
})

it('an unknown id of ours is not found', async () => {
  wire.use(http.all(`${URL}/*`, () => ours({ errors: ['there is no group'] }, 404)))
  await expect(testClient().groups.status(ID, nvrpp)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

it('takes rows that new ones would not be: the original kept blank fields and other ids', async () => {
  onGet(() => ours({ data: [{ ...kept, id: 'old-1', description: ' ' }] }))
  await expect(get()).resolves.toMatchObject({ id: 'old-1', description: ' ' })
})
