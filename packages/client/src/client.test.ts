import { inspect } from 'node:util'
import { HttpResponse, http } from 'msw'
import { describe, expect, it } from 'vitest'
import { ID, ours, testClient, URL, useWire } from '../test/wire.js'
import { type ClientOptions, createClient } from './index.js'

const wire = useWire()
const TOKEN = 'tok-5c7c1f'

/** Everything that a log may make of a thing. */
function everythingOf(value: unknown): string {
  const own = typeof value === 'object' && value !== null ? Object.getOwnPropertyNames(value) : []
  const stack = value instanceof Error ? `${value.stack} ${everythingOf(value.cause)}` : ''
  return `${inspect(value, { depth: null, showHidden: true })} ${JSON.stringify(value)} ${String(value)} ${own} ${stack}`
}

async function failureOf(options: Partial<ClientOptions>): Promise<unknown> {
  return testClient({ token: TOKEN, retry: false, ...options })
    .events.get(ID)
    .catch((error: unknown) => error)
}

const onGet = (answer: (request: Request) => Response) =>
  wire.use(http.get(`${URL}/api/v1/events/:id`, ({ request }) => answer(request)))

describe('user and password in the url', () => {
  it('are sent as Basic, to the url without them, and are in no error', async () => {
    let sent: string | null = null
    onGet((request) => {
      sent = request.headers.get('authorization')
      expect(request.url).not.toContain('@')
      return ours({ errors: [`bad p:ä${TOKEN} ${btoa('x')}`] }, 401)
    })
    const url = `http://u%20s:p%3A%C3%A4${TOKEN}@epr.test`
    const failure = await failureOf({ url, token: undefined })
    expect(Buffer.from(String(sent).replace(/^Basic /, ''), 'base64').toString()).toBe(`u s:p:ä${TOKEN}`)
    expect(failure).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(everythingOf(failure)).not.toContain(TOKEN)
    expect(everythingOf(testClient({ url }))).not.toContain(TOKEN)
  })
})

describe('the token', () => {
  it('is sent', async () => {
    let sent: string | null = null
    onGet((request) => {
      sent = request.headers.get('authorization')
      return ours({ data: [] })
    })
    await failureOf({})
    expect(sent).toBe(`Bearer ${TOKEN}`)
  })

  it('is not in the client', () => {
    expect(everythingOf(testClient({ token: TOKEN, headers: { cookie: TOKEN } }))).not.toContain(TOKEN)
  })

  it.each([
    [
      'that repeats it',
      () => ours({ errors: [`bad ${TOKEN}`], error: { message: TOKEN, request_id: 'q' } }, 401),
    ],
    ['without an answer', () => HttpResponse.error()],
    ['of nonsense', () => HttpResponse.html(TOKEN)],
  ])('is in no error of an answer %s', async (_, answer) => {
    onGet(answer)
    const failure = await failureOf({})
    expect(failure).toMatchObject({ code: expect.any(String) })
    expect(everythingOf(failure)).not.toContain(TOKEN)
  })

  it('is in no error of a fetch that shows the whole request', async () => {
    const fetch: typeof globalThis.fetch = async (_, init) => {
      const cause = Object.assign(new Error(`sent ${JSON.stringify(init)}`), { init })
      throw Object.assign(new TypeError(`failed with ${TOKEN}`, { cause }), { config: init })
    }
    const failure = await failureOf({ fetch, headers: { 'x-api-key': 'other-secret' } })
    expect(failure).toMatchObject({ name: 'NetworkError', cause: { cause: { message: expect.any(String) } } })
    expect(everythingOf(failure)).not.toContain(TOKEN)
    expect(everythingOf(failure)).not.toContain('other-secret')
  })

  it.each([
    ['a token with a line break', { token: `${TOKEN}\n` }],
    ['a header with a line break', { headers: { authorization: `${TOKEN}\r\nx: y` } }],
    ['an invalid header', { headers: { 'a b': TOKEN } }],
    ['credentials in the url beside a token', { url: `http://user:${TOKEN}@epr.test`, token: 'other' }],
    ['credentials in the url that are not percent-encoded', { url: `http://%ff:${TOKEN}@epr.test` }],
    ['a token as the url', { url: TOKEN }],
    ['a query in the url', { url: `${URL}?token=${TOKEN}` }],
  ])('is in no error of %s', (_, options) => {
    const failure = (() => {
      try {
        return createClient({ url: URL, ...options })
      } catch (error) {
        return error
      }
    })()
    expect(failure).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(everythingOf(failure)).not.toContain(TOKEN)
  })
})

it.each([
  ['an unknown protocol', { url: 'ftp://epr.test' }],
  ['no time', { timeoutMs: 0 }],
  ['NaN as time', { timeoutMs: Number.NaN }],
  ['attempts below one', { retry: { attempts: 0 } }],
])('refuses options with %s', (_, options) => {
  expect(() => createClient({ url: URL, ...options })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  )
})

it('uses the fetch that it is given, and looks the global one up when it calls', async () => {
  const client = createClient({ url: URL, fetch: async () => ours({ data: ID }) })
  expect(await client.groups.create({ name: 'n' } as never)).toBe(ID)
  const late = testClient()
  const before = globalThis.fetch
  try {
    globalThis.fetch = async () => ours({ service: 'late' })
    expect((await late.status()).service).toBe('late')
  } finally {
    globalThis.fetch = before
  }
})

it('keeps its time also with a fetch that hears no signal', async () => {
  const client = createClient({ url: URL, timeoutMs: 20, fetch: () => new Promise(() => {}) })
  await expect(client.status()).rejects.toMatchObject({ name: 'NetworkError', code: 'TIMEOUT' })
})

it('refuses limits that are not numbers', async () => {
  const { groups, events } = testClient()
  const nvrpp = { name: 'n', version: '1', release: 'r', platform_id: 'p', package: 'k' }
  const calls = [
    groups.waitUntilOpen(ID, nvrpp, { timeoutMs: Number.NaN }),
    events.createMany([], { batchSize: 1_001 }),
    events.createMany([], { batchBytes: Number.NaN }),
    events.get(ID, { timeoutMs: -1 }),
  ]
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})
