import { once } from 'node:events'
import { createServer, request as forward, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { type Api, buildCloudEvent, buildEvent, buildReceiver, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

const UI = 'https://ui.example.test'

let test: TestApp
let api: Api
let receiver: string
let port: number
beforeAll(async () => {
  test = await startTestApp({ corsOrigins: [`${UI}:443/`] })
  api = test.api
  port = Number(new URL(test.app.url).port)
  receiver = await api.create('/receivers', buildReceiver())
})
afterAll(() => test.close())

/** Sends bytes as they are, and gives all that comes back until the server ends the connection. */
function exchange(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.setTimeout(5_000, () => socket.destroy(new Error(`no end after ${answer}`)))
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    socket.on('end', () => resolve(answer)).on('error', reject)
  })
}

const statusesOf = (answer: string) =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))

/** A POST with headers as they are, each as often as it stands there. */
const post = (target: string, body: string, headers: string[] = []) =>
  exchange(
    [
      `POST ${target} HTTP/1.1`,
      ...(headers.some((header) => /^host:/i.test(header)) ? headers : ['Host: localhost', ...headers]),
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
const bodyOf = (answer: string) => answer.slice(answer.indexOf('\r\n\r\n') + 4)

describe('a target', () => {
  it('is the same resource for an Idempotency-Key, however it is spelled', async () => {
    const body = JSON.stringify(buildEvent(receiver, { name: 'spelled' }))
    const key = `Idempotency-Key: ${crypto.randomUUID()}`
    const answers: string[] = []
    for (const target of [
      '/api/v1/events',
      '/api/v1/events/',
      '/api/v1/events?',
      '/api/v1/events?b=1&a=2',
      '/API/V1/Events',
      '/api/v1/%65vents',
      `http://localhost:${port}/api/v1/events`,
      'HTTP://LOCALHOST/api/v1/%65%76ents/',
    ])
      answers.push(bodyOf(await post(target, body, [key])))
    expect(new Set(answers).size).toBe(1)
    expect(JSON.parse(answers[0] ?? '')).toEqual({ data: expect.any(String) })
    expect((await api.get('/events?name=spelled')).json.data).toHaveLength(1)
  })

  it('in absolute-form says the host, whatever the header Host says', async () => {
    const body = JSON.stringify(buildEvent(receiver))
    expect(statusesOf(await post('http://localhost/api/v1/events', body, ['Host: evil.test']))).toEqual([200])
    expect(statusesOf(await post('http://evil.test/api/v1/events', body))).toEqual([403])
  })

  it('may be the server as a whole', async () => {
    const answer = await exchange('OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(statusesOf(answer)).toEqual([200])
    expect(answer).toContain('allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS')
  })

  it('is refused with two hosts, or two keys', async () => {
    const body = JSON.stringify(buildEvent(receiver))
    expect(statusesOf(await post('/api/v1/events', body, ['Host: localhost', 'Host: localhost']))).toEqual([
      400,
    ])
    expect(
      statusesOf(await post('/api/v1/events', body, ['Idempotency-Key: a', 'Idempotency-Key: a'])),
    ).toEqual([400])
  })

  it('may be asked for without a name, as health probes and old tools do', async () => {
    expect(statusesOf(await exchange('GET /healthz/readiness HTTP/1.0\r\n\r\n'))).toEqual([200])
    expect(
      statusesOf(await exchange('GET /api/v1/events HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n')),
    ).toEqual([200])
    expect(
      statusesOf(await exchange('GET /metrics HTTP/1.1\r\nHost: 10.1.2.3:80\r\nConnection: close\r\n\r\n')),
    ).toEqual([200])
    expect(statusesOf(await exchange('GET /api/v1/events HTTP/1.1\r\nConnection: close\r\n\r\n'))).toEqual([
      400,
    ])
  })
})

it('a server that stops says with its last answers that the connection ends', async () => {
  const other = await startTestApp()
  const socket = connect(Number(new URL(other.app.url).port), '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (text) => {
    answer += text
  })
  const body = JSON.stringify(buildReceiver())
  socket.write('GET /healthz/liveness HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await waitFor('an answer that leaves the connection open', () => answer.includes('alive'))
  expect(answer).not.toMatch(/^connection: close/im)
  answer = ''
  const headers = `Host: localhost\r\nExpect: 100-continue\r\nContent-Length: ${body.length}`
  socket.write(`POST /api/v1/receivers HTTP/1.1\r\n${headers}\r\n\r\n${body.slice(0, 9)}`)
  await waitFor('the request to be under way', () => answer.includes('100 Continue'))
  const stopped = other.close()
  socket.write(body.slice(9))
  await once(socket, 'end')
  await stopped
  expect(answer).toMatch(/^HTTP\/1\.1 200/m)
  expect(answer).toMatch(/^connection: close/im)
})

describe('a query', () => {
  const names = ['what', 'what?arch=amd64', 'a b', 'a+b', '100%', 'ü=ö&x', '%41']
  const found = async (search: string) => {
    const { status, json } = await api.get(`/events?${search}`)
    return status === 200 ? json.data.map(({ name }: { name: string }) => name) : json.errors
  }
  beforeAll(async () => {
    for (const name of names) await api.create('/events', buildEvent(receiver, { name }))
  })

  it.each([
    ['name=what?arch=amd64', 'what?arch=amd64'],
    ['name=what%3Farch%3Damd64', 'what?arch=amd64'],
    ['name=what', 'what'],
    ['name=a+b', 'a b'],
    ['name=a%20b', 'a b'],
    ['name=a%2Bb', 'a+b'],
    ['name=100%25', '100%'],
    ['n%61me=%2541', '%41'],
    ['name=%C3%BC=%c3%b6%26x', 'ü=ö&x'],
    ['&name=what&&', 'what'],
  ])('%s finds %s', async (search, name) => {
    expect(await found(search)).toEqual([name])
  })

  it.each([
    ['name=%FF', 'percent-encoded'],
    ['name=%zz', 'percent-encoded'],
    ['name=100%', 'percent-encoded'],
    ['name=a&name=a', 'twice'],
    ['name=a&n%61me=b', 'twice'],
    ['nam=a', 'nam'],
    ['name=%00', 'NUL'],
    ['name=a%00b&version=1', 'NUL'],
    ['id=%00', 'NUL'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['limit=%201', 'limit'],
    ['limit=99999999999999999999', 'limit'],
    ['success=True', 'success'],
    ['after=x', 'after'],
  ])('%s is refused in our own words', async (search, word) => {
    expect(await found(search)).toEqual([expect.stringContaining(word)])
  })

  it('of every other call is refused alike, and never in the words of PostgreSQL', async () => {
    const nvrpp = 'version=1&release=1&platform_id=p&package=k'
    const refused = [
      ...[
        '/messages?type=%00',
        '/receivers?type=%00',
        '/groups?version=%00',
        '/events/%00',
        '/receivers/a%00',
      ],
      ...['/groups/%00', '/groups/%00/status?name=n&', `/groups/x/status?name=%00&${nvrpp}`],
    ]
    for (const path of refused) {
      const { status, text } = await api.get(path)
      expect([path, status, text]).toEqual([path, 400, expect.stringMatching(/NUL|must not be blank/)])
      expect(text).not.toMatch(/byte sequence|encoding|syntax|relation|database/)
    }
    const cloudEvent = await api.post('/cloudevents?receiver=%00', buildCloudEvent(), {
      'content-type': 'application/cloudevents+json',
    })
    expect([cloudEvent.status, cloudEvent.text]).toEqual([400, expect.stringContaining('NUL')])
    for (const query of [
      '{ events(event: {name: "a\\u0000"}) {id} }',
      '{ event_receivers(event_receiver: {type: "\\ud800"}) {id} }',
      '{ events(event: {}, after: "\\u0000") {id} }',
      '{ event_receiver_groups_by_id(id: "\\u0000") {id} }',
      'mutation { set_event_receiver_group_enabled(id: "\\u0000") }',
    ]) {
      const { json } = await api.post('/graphql/query', { query })
      expect([query, json.errors[0].extensions.code]).toEqual([query, 'INVALID_ARGUMENT'])
      expect(json.errors[0].message).not.toMatch(/byte sequence|encoding "UTF8"|relation/)
    }
  })

  it('a payload with an escape that PostgreSQL does not take is kept, or refused in our own words', async () => {
    for (const payload of ['"\\u0000"', '"\\ud800"', '{"\\udc00":"\\ud83c\\udfb8"}']) {
      const { payload: _, ...event } = buildEvent(
        await api.create('/receivers', buildReceiver({ schema: {} })),
      )
      const body = `${JSON.stringify(event).slice(0, -1)},"payload":${payload}}`
      const { status, json, text } = await api.post('/events', body)
      if (status === 200)
        expect((await api.get(`/events/${json.data}`)).text).toContain(`"payload":${payload}`)
      else expect([status, text]).toEqual([400, expect.not.stringMatching(/Unicode|json|22P0/)])
    }
  })
})

describe('HEAD', () => {
  it('of a stream ends, and the connection goes on', async () => {
    const answer = await exchange(
      'HEAD /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n' +
        'GET /healthz/liveness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    )
    expect(statusesOf(answer)).toEqual([200, 200])
    expect(answer).toContain('content-type: text/event-stream')
    expect(answer).not.toContain(': connected')
  })

  it('has the headers of GET everywhere, and no body', async () => {
    for (const path of [
      '/api/v1/events',
      '/api/v1/messages',
      '/healthz/status',
      '/metrics',
      '/api/v1/graphql',
      '/api/v1/openapi',
      '/api/v1/docs/assets/page.js',
      '/api/v1/nothing',
    ]) {
      const [head, get] = [
        await fetch(api.baseUrl + path, { method: 'HEAD' }),
        await fetch(api.baseUrl + path),
      ]
      expect([path, head.status, head.headers.get('content-type')]).toEqual([
        path,
        get.status,
        get.headers.get('content-type'),
      ])
      expect(await head.text()).toBe('')
      await get.text()
    }
    const refused = await fetch(`${api.baseUrl}/api/v1/cloudevents`, { method: 'HEAD' })
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    const put = await fetch(`${api.baseUrl}/api/v1/events`, { method: 'PUT' })
    expect(put.headers.get('allow')).toBe('POST, GET')
  })
})

describe('a content-encoding', () => {
  const body = () => Buffer.from(JSON.stringify(buildEvent(receiver)))
  const send = (encoding: string, bytes: Uint8Array) =>
    api.post('/events', bytes, { 'content-encoding': encoding })

  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (bytes) => bytes],
    ['gzip, identity', gzipSync],
    ['gzip, br', (bytes) => brotliCompressSync(gzipSync(bytes))],
    ['br, x-gzip, deflate', (bytes) => deflateSync(gzipSync(brotliCompressSync(bytes)))],
  ])('%s is read', async (encoding, encode) => {
    const { status, text } = await send(encoding, encode(body()))
    expect([status, text]).toEqual([200, text])
  })

  it('that is unknown is 415, with those that are not', async () => {
    for (const encoding of ['zstd', 'compress', 'gzip, zstd']) {
      const { status, headers, json } = await send(encoding, body())
      expect([status, headers.get('accept-encoding')]).toEqual([415, 'gzip, deflate, br'])
      expect(json.errors[0]).toContain('content-encoding')
    }
    expect((await api.post('/cloudevents', '{}')).headers.get('accept-encoding')).toBeNull()
  })

  it('that is not what the body is, or grows beyond the limit, is refused', async () => {
    expect((await send('gzip', body())).status).toBe(400)
    expect((await send('gzip, br', brotliCompressSync(body()))).status).toBe(400)
    const bomb = gzipSync(gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)))
    expect((await send('gzip, gzip', bomb)).status).toBe(413)
  })
})

describe('a page of a named origin', () => {
  const ask = (method: string, path: string, headers: Record<string, string>) =>
    fetch(`${api.baseUrl}${path}`, { method, headers: { origin: UI, ...headers } })

  it('may send every header that is read here', async () => {
    const asked =
      'ce-id, CE-Source,ce-eprname, authorization, content-encoding, content-type, x-evil, ce-odd-name'
    const { status, headers } = await ask('OPTIONS', '/api/v1/cloudevents', {
      'access-control-request-method': 'POST',
      'access-control-request-headers': asked,
    })
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, UI])
    const allowed = (headers.get('access-control-allow-headers') ?? '').split(', ')
    expect(allowed).toEqual(
      expect.arrayContaining([
        'ce-id',
        'ce-source',
        'ce-eprname',
        'authorization',
        'content-encoding',
        'content-type',
        'idempotency-key',
        'last-event-id',
        'x-request-id',
      ]),
    )
    expect(allowed).not.toContain('x-evil')
    expect(allowed).not.toContain('ce-odd-name')
    expect(headers.get('vary')).toContain('Access-Control-Request-Headers')
  })

  it('gets an answer to an OPTIONS that is not a preflight', async () => {
    const answer = await ask('OPTIONS', '/api/v1/cloudevents', { 'webhook-request-origin': 'a.example' })
    expect([answer.status, answer.headers.get('webhook-allowed-origin')]).toEqual([200, 'a.example'])
    expect(answer.headers.get('access-control-allow-origin')).toBe(UI)
  })

  it('is told from others by scheme, host and port', async () => {
    for (const [origin, isAllowed] of [
      [UI, true],
      [UI.toUpperCase(), true],
      [`${UI}:443`, true],
      [`${UI}:444`, false],
      [UI.replace('https', 'http'), false],
      [`${UI}.evil.test`, false],
      ['null', false],
    ] as const) {
      const { headers } = await ask('GET', '/api/v1/events', { origin })
      expect([origin, headers.has('access-control-allow-origin')]).toEqual([origin, isAllowed])
    }
  })
})

describe('behind a proxy with a prefix, which says another host', () => {
  let proxy: Server
  let base: string
  beforeAll(async () => {
    proxy = createServer((incoming, outgoing) => {
      const path = incoming.url?.startsWith('/epr/') ? incoming.url.slice(4) : undefined
      if (path === undefined) return void outgoing.writeHead(404).end()
      const headers = { ...incoming.headers, host: `localhost:${port}` }
      const onward = forward(
        { host: '127.0.0.1', port, method: incoming.method, path, headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
          answer.pipe(outgoing)
        },
      )
      incoming.pipe(onward)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => proxy.once('listening', resolve))
    base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/epr/api/v1`
  })
  afterAll(() => proxy.close())

  it('links lead on', async () => {
    for (const name of ['p1', 'p2', 'p3'])
      await api.create('/events', buildEvent(receiver, { name, version: 'prefix' }))
    for (const path of ['/events', '/events/']) {
      const names: string[] = []
      for (let url: string | undefined = `${base}${path}?version=prefix&limit=1&order=asc`; url; ) {
        const answer: Response = await fetch(url)
        expect(answer.status).toBe(200)
        const { data } = (await answer.json()) as { data: { name: string }[] }
        names.push(...data.map(({ name }) => name))
        const next: string | undefined = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
        url = next && new URL(next, url).href
      }
      expect(names).toEqual(['p1', 'p2', 'p3'])
    }
  })

  it.each(['graphql', 'graphql/', 'docs', 'docs/'])('the page %s finds its files', async (path) => {
    const page = await fetch(`${base}/${path}`)
    const html = await page.text()
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '')
    const files = links.filter((link) => !link.startsWith('data:'))
    expect(files.length).toBeGreaterThan(2)
    for (const file of files) {
      const answer = await fetch(new URL(file, page.url))
      // Those of others are there in the built server only.
      expect([file, answer.status]).not.toEqual([file, 404])
      const script = await answer.text()
      for (const [, url] of /page-\w+\.js$/.test(file) ? script.matchAll(/url: '([^']+)'/g) : [])
        expect((await fetch(new URL(url ?? '', page.url))).status).not.toBe(404)
    }
  })

  it('a browser that asks for the server gets the console, which finds its files', async () => {
    const page = await fetch(base.replace(/api.v1$/, ''), { headers: { accept: 'text/html' } })
    expect(page.url).toMatch(/\/console\/$/)
    const text = await page.text()
    const root = new URL(/<base href="([^"]+)"/.exec(text)?.[1] ?? '', page.url)
    const links = [...text.matchAll(/(?:src|href)="(\.\/assets[^"]+)"/g)].map(([, link]) => link ?? '')
    expect(links.length).toBeGreaterThan(1)
    for (const link of links) expect([link, (await fetch(new URL(link, root))).status]).toEqual([link, 200])
  })

  it('a program that asks for the server is told where things are', async () => {
    const answer = await fetch(base.replace(/api.v1$/, ''))
    const { data } = (await answer.json()) as { data: Record<string, string> }
    const places = Object.entries(data).filter(([name]) => !['api', 'graphql'].includes(name))
    for (const [name, place] of places)
      expect([name, (await fetch(new URL(place, answer.url))).status]).toEqual([name, 200])
  })

  it('the OpenAPI document says where the API is', async () => {
    const answer = await fetch(`${base}/openapi`)
    const { servers, paths } = (await answer.json()) as { servers: { url: string }[]; paths: object }
    const root = new URL(servers[0]?.url ?? '', answer.url).href.replace(/\/$/, '')
    expect(Object.keys(paths)).toContain('/api/v1/events')
    expect((await fetch(`${root}/api/v1/events?limit=1`)).status).toBe(200)
  })

  it('a page of its own may write, and one of elsewhere may not', async () => {
    const write = (headers: Record<string, string>) =>
      fetch(`${base}/events`, { method: 'POST', body: JSON.stringify(buildEvent(receiver)), headers })
    expect((await write({ origin: 'https://epr.example.com', 'sec-fetch-site': 'same-origin' })).status).toBe(
      200,
    )
    expect((await write({ origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await write({ origin: 'https://evil.test' })).status).toBe(403)
  })
})
