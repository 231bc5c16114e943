import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { type Api, buildEvent, buildGroup, buildReceiver, waitFor } from '@epr/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

const ALLOWED_ORIGIN = 'https://ui.example.test'

let test: TestApp
let api: Api
let receiver: string
let port: number
beforeAll(async () => {
  test = await startTestApp({
    auth: 'off',
    allowedHosts: ['epr.example.test'],
    corsOrigins: [ALLOWED_ORIGIN],
  })
  api = test.api
  port = Number(new URL(test.app.url).port)
  receiver = await api.create('/receivers', buildReceiver())
})
afterAll(() => test.close())

/** The direct way in and the way through Express. */
const WAYS = ['/api/v1/events', '/api/v1/events?']

/** A request whose every header is the test's own; fetch would not let it choose Host. */
function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += String(chunk)
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

describe.each(WAYS)('a request to %s', (path) => {
  const body = () => JSON.stringify(buildEvent(receiver))

  it.each([
    ['localhost', 200],
    ['LOCALHOST:1', 200],
    ['127.0.0.1', 200],
    ['[::1]:80', 200],
    ['epr.example.test:8042', 200],
    ['evil.example.test', 403],
    ['localhost.evil.test', 403],
    ['127.0.0.1.evil.test', 403],
    ['10.0.0.1', 403],
  ])('that names the host %s is answered with %i', async (host, status) => {
    expect((await send('POST', path, { host }, body())).status).toBe(status)
  })

  it.each([
    ['no page', {}, 200],
    ['a page of ours', { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }, 200],
    ['the address bar', { 'sec-fetch-site': 'none' }, 200],
    ['a foreign page', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }, 403],
    ['a page on another port', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' }, 403],
    ['a foreign page in an old browser', { origin: 'https://evil.test' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['a page that is allowed', { 'sec-fetch-site': 'cross-site', origin: ALLOWED_ORIGIN }, 200],
  ])('from %s', async (_, headers, status) => {
    const answer = await send('POST', path, { host: 'localhost', ...headers }, body())
    expect(answer.status).toBe(status)
    if (status === 403) expect(JSON.parse(answer.text).error.code).toBe('PERMISSION_DENIED')
  })

  it('is answered with the headers that browsers heed', async () => {
    const { headers } = await send('POST', path, { host: 'localhost' }, body())
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-security-policy']).toContain("default-src 'self'")
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('may have a body that grows when it is decompressed, up to the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20))
    const response = await fetch(`${test.app.url}${path}`, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip' },
      body: bomb,
    })
    expect(response.status).toBe(413)
  })
})

it('answers the preflight of an allowed origin only', async () => {
  const preflight = (origin: string) =>
    send('OPTIONS', '/api/v1/events', { host: 'localhost', origin, 'access-control-request-method': 'POST' })
  const allowed = await preflight(ALLOWED_ORIGIN)
  expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([204, ALLOWED_ORIGIN])
  expect(allowed.headers['access-control-allow-headers']).toContain('idempotency-key')
  const foreign = await preflight('https://evil.test')
  expect(foreign.headers).not.toHaveProperty('access-control-allow-origin')
})

it('hides what went wrong inside', async () => {
  const database = test.database.connect()
  await database.query('alter table events rename to events_hidden')
  try {
    for (const path of WAYS) {
      const answer = await send('POST', path, { host: 'localhost' }, JSON.stringify(buildEvent(receiver)))
      expect([answer.status, JSON.parse(answer.text).errors]).toEqual([500, ['internal server error']])
      expect(answer.text).not.toMatch(/relation|events_hidden|\.ts/)
    }
    const graphql = await api.post('/graphql/query', { query: '{ events(event: {}) {id} }' })
    expect(graphql.json.errors[0].message).toBe('internal server error')
    expect(graphql.text).not.toMatch(/relation/)
  } finally {
    await database.query('alter table events_hidden rename to events')
  }
})

describe('hostile schemas', () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `a${index}`,
      { allOf: Array(2).fill({ $ref: `#/definitions/a${index + 1}` }) },
    ]),
  )
  it.each([
    ['a reference to http', { $ref: 'http://127.0.0.1:1/schema.json' }],
    ['a reference to a file', { $ref: 'file:///etc/passwd' }],
    ['a reference to a link-local address', { $ref: 'http://169.254.169.254/latest' }],
    ['an endless reference', { $ref: '#' }],
    ['references that multiply', { definitions: { ...doubling, a40: {} }, $ref: '#/definitions/a0' }],
    ['20,000 branches', { anyOf: Array.from({ length: 20_000 }, (_, index) => ({ const: index })) }],
    ['a pattern that RE2 does not know', { pattern: '(?=a)b' }],
    ['an unknown dialect', { $schema: 'https://example.test/my-dialect' }],
  ])('with %s are refused with a reason', async (_, schema) => {
    const { status, json } = await api.post('/receivers', buildReceiver({ schema }))
    expect([status, json.error.code]).toEqual([400, 'INVALID_ARGUMENT'])
  })

  it('with 100,000 levels are refused', async () => {
    const { schema: _, ...rest } = buildReceiver()
    const deep = `${'{"not":'.repeat(100_000)}{}${'}'.repeat(100_000)}`
    expect(
      (await api.post('/receivers', `${JSON.stringify(rest).slice(0, -1)},"schema":${deep}}`)).status,
    ).toBe(400)
  })

  it('with the same $id twice both work', async () => {
    for (const type of ['string', 'number']) {
      const id = await api.create(
        '/receivers',
        buildReceiver({ schema: { $id: 'https://example.test/same', type } }),
      )
      expect((await api.post('/events', buildEvent(id, { payload: 'x' }))).status).toBe(
        type === 'string' ? 200 : 400,
      )
    }
  })

  it('with names that are code or __proto__ are only names', async () => {
    const schema = `{"properties":{"__proto__":{"type":"string"},"\\"];process.exit(1)//":{"type":"string"}},"required":["toString"]}`
    const { schema: _, ...rest } = buildReceiver()
    const id = await api.create('/receivers', `${JSON.stringify(rest).slice(0, -1)},"schema":${schema}}`)
    const post = (payload: string) => {
      const { payload: _payload, ...event } = buildEvent(id)
      return api.post('/events', `${JSON.stringify(event).slice(0, -1)},"payload":${payload}}`)
    }
    expect((await post('{}')).status).toBe(400)
    expect((await post('{"toString":1,"__proto__":5}')).status).toBe(400)
    expect((await post('{"toString":1,"__proto__":"x"}')).status).toBe(200)
  })

  it('with patterns that backtrack cost nothing, and others are answered within 100 ms meanwhile', async () => {
    const schema = { pattern: '(a+)+$', patternProperties: { '(x+)+y$': {} } }
    const id = await api.create('/receivers', buildReceiver({ schema }))
    let worst = 0
    let running = true
    const others = (async () => {
      while (running) {
        const startedAt = performance.now()
        expect((await api.post('/events', buildEvent(receiver))).status).toBe(200)
        worst = Math.max(worst, performance.now() - startedAt)
      }
    })()
    const evil = `${'a'.repeat(50_000)}!`
    const startedAt = performance.now()
    for (let round = 0; round < 10; round++) {
      expect((await api.post('/events', buildEvent(id, { payload: evil }))).status).toBe(400)
      await api.post('/events', buildEvent(id, { payload: { [`${'x'.repeat(50_000)}z`]: 1 } }))
    }
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    running = false
    await others
    expect(worst).toBeLessThan(100)
  })
})

it('answers others within 100 ms while 500 sockets are silent', async () => {
  const sockets: Socket[] = []
  try {
    while (sockets.length < 500) sockets.push(connect(port, '127.0.0.1').on('error', () => undefined))
    await waitFor('the sockets', () => sockets.every((socket) => !socket.connecting))
    for (const socket of sockets.slice(0, 250))
      socket.write('POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{')
    for (let round = 0; round < 20; round++) {
      const startedAt = performance.now()
      expect((await api.post('/events', buildEvent(receiver))).status).toBe(200)
      expect(performance.now() - startedAt).toBeLessThan(100)
    }
  } finally {
    for (const socket of sockets) socket.destroy()
  }
})

it('survives a client that leaves in the middle of its body', async () => {
  for (const path of WAYS) {
    const socket = connect(port, '127.0.0.1')
    socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"name":`)
    await waitFor('the connection', () => !socket.connecting)
    socket.destroy()
  }
  expect((await api.post('/events', buildEvent(receiver))).status).toBe(200)
})

describe('a payload of half a megabyte', () => {
  const large = { padding: 'x'.repeat(512 * 1024), last: 1 }
  const bodyFor = (id: string) => {
    const { success, ...event } = buildEvent(id, { payload: large })
    return JSON.stringify({ ...event, success })
  }

  it('is kept as it was sent, whether or not its receiver has a schema', async () => {
    const strict = await api.create(
      '/receivers',
      buildReceiver({ schema: { type: 'object', required: ['padding'] } }),
    )
    for (const id of [receiver, strict]) {
      const sent = bodyFor(id).replace('"last":1', '"last": 12345678901234567890')
      const event = await api.create('/events', sent)
      const { text } = await api.get(`/events/${event}`)
      expect(text.includes('"last": 12345678901234567890}')).toBe(true)
    }
  })

  it('is held to the schema with its numbers as they are written', async () => {
    const schema = { properties: { last: { maximum: Number.MAX_SAFE_INTEGER } } }
    const strict = await api.create('/receivers', buildReceiver({ schema }))
    const answerTo = async (last: string) =>
      (await api.post('/events', bodyFor(strict).replace('"last":1', `"last":${last}`))).status
    // As doubles the first two are one number.
    expect(await answerTo('9007199254740991.4')).toBe(400)
    expect(await answerTo('9007199254740991.0')).toBe(200)
    expect(await answerTo('1e400')).toBe(400)
  })

  it('is held to the schema', async () => {
    const strict = await api.create('/receivers', buildReceiver({ schema: { required: ['missing'] } }))
    const refused = await api.post('/events', bodyFor(strict))
    expect([refused.status, refused.json.error.code]).toEqual([400, 'PAYLOAD_MISMATCH'])
  })

  it.each([
    ['in the payload', '"last":1}', '"last":}'],
    ['behind the payload', '"success":true}', '"success":}'],
    ['at the end', '"success":true}', '"success":true'],
    ['in a string without an end', 'x","last"', 'x,last'],
  ])('that is not JSON %s is refused', async (_where, good, bad) => {
    const sent = bodyFor(receiver)
    expect(sent.includes(good)).toBe(true)
    for (const path of ['/events', '/events?']) {
      const refused = await api.post(path, sent.replace(good, bad))
      expect([refused.status, refused.json.error.code]).toEqual([400, 'INVALID_ARGUMENT'])
      expect(refused.json.errors[0]).toContain('is not valid JSON')
    }
  })

  it('that is nested too deep is refused', async () => {
    const deep = `${'['.repeat(300)}${']'.repeat(300)}`
    const refused = await api.post('/events', bodyFor(receiver).replace('"last":1', `"last":${deep}`))
    expect([refused.status, refused.json.error.code]).toEqual([400, 'INVALID_ARGUMENT'])
  })
})

describe('fuzzing', () => {
  const group = () => buildGroup([receiver])

  /** Replaces, drops, doubles and swaps bytes of a good body. */
  const mutated = (good: string) =>
    fc
      .array(
        fc.tuple(
          fc.nat(good.length - 1),
          fc.integer({ min: 0, max: 255 }),
          fc.constantFrom('set', 'drop', 'double'),
        ),
        {
          minLength: 1,
          maxLength: 4,
        },
      )
      .map((changes) => {
        const bytes = [...Buffer.from(good)]
        for (const [at, byte, how] of changes) {
          if (how === 'set') bytes[at] = byte
          else bytes.splice(at, how === 'drop' ? 1 : 0, ...(how === 'drop' ? [] : [byte]))
        }
        return Uint8Array.from(bytes)
      })

  it('10,000 random and mutated bodies give no 5xx and end nothing', { timeout: 120_000 }, async () => {
    const documents = [
      ['/events', JSON.stringify(buildEvent(receiver))],
      ['/events?', JSON.stringify(buildEvent(receiver))],
      ['/events/batch', JSON.stringify([buildEvent(receiver), buildEvent(receiver)])],
      [
        '/receivers',
        JSON.stringify(buildReceiver({ schema: { type: 'object', properties: { a: { minimum: 1 } } } })),
      ],
      ['/groups', JSON.stringify(group())],
      [
        '/graphql/query',
        JSON.stringify({
          query: 'mutation ($e: CreateEventInput!) { create_event(event: $e) } ',
          variables: { e: buildEvent(receiver) },
        }),
      ],
    ] as const
    const body = fc.oneof(
      {
        weight: 1,
        arbitrary: fc.tuple(
          fc.constantFrom(...documents.map(([path]) => path)),
          fc.uint8Array({ maxLength: 200 }),
        ),
      },
      {
        weight: 4,
        arbitrary: fc.oneof(...documents.map(([path, good]) => fc.tuple(fc.constant(path), mutated(good)))),
      },
    )
    const samples = fc.sample(body, 10_000)
    const bad: string[] = []
    const next = samples[Symbol.iterator]()
    const client = async () => {
      for (let item = next.next(); !item.done; item = next.next()) {
        const [path, bytes] = item.value
        const { status, text } = await api.post(path, bytes)
        const isFine = status === 200 || (status >= 400 && status < 500)
        if (!isFine || (path === '/graphql/query' && text.includes('"INTERNAL"'))) {
          bad.push(`${path} ${status} ${Buffer.from(bytes).toString()} ${text}`)
        }
      }
    }
    await Promise.all(Array.from({ length: 8 }, client))
    expect(bad).toEqual([])
    expect((await api.post('/events', buildEvent(receiver))).status).toBe(200)
  })
})
