import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NotRetryableError, RetryLaterError, type TaskContext } from '@epr/watcher'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildCdEvent } from '../src/build-cd-event.js'
import { type CdvizOptions, cdvizHandler } from '../src/cdviz.js'
import { buildMessage } from '../src/test-builders.js'

interface Seen {
  method: string | undefined
  path: string | undefined
  headers: IncomingHttpHeaders
  body: string
}

let collector: Server
let url: string
let seen: Seen[] = []
let answer: { status: number; body?: string; headers?: Record<string, string> } = { status: 201 }

beforeAll(async () => {
  collector = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    seen.push({ method: request.method, path: request.url, headers: request.headers, body })
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/webhook/000-cdevents`
})
afterAll(async () => {
  collector.close()
  await once(collector, 'close')
})
beforeEach(() => {
  seen = []
  answer = { status: 201 }
})

const queued = buildCdEvent('dev.cdevents.build.queued.0.3.0', {
  source: '/ci',
  subject: { id: 'b', content: {} },
})
const message = buildMessage('dev.cdevents.build.queued.0.3.0', queued)

function run(options: Partial<CdvizOptions> = {}, context: Partial<TaskContext> = {}, sent = message) {
  const { signal } = new AbortController()
  return cdvizHandler({ url, ...options })(sent, { signal, dataRef: undefined, ...context } as TaskContext)
}

describe('cdvizHandler', () => {
  it('posts the CDEvent alone, the same each time', async () => {
    await run({ headers: { 'x-api-key': 'k' } })
    await run()
    expect(seen).toHaveLength(2)
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/webhook/000-cdevents' })
    expect(seen[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'x-api-key': 'k' })
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual(queued)
    expect(seen[1]?.body).toBe(seen[0]?.body)
    expect(seen[0]?.headers).not.toHaveProperty('x-signature-256')
  })

  it.each([
    [{}, 'x-signature-256', 'sha256='],
    [{ header: 'x-signature', prefix: '' }, 'x-signature', ''],
  ])('signs the body: %j', async (hmac, header, prefix) => {
    await run({ hmac: { secret: 'of the test', ...hmac } })
    const { headers, body } = seen[0] as Seen
    expect(headers[header]).toBe(prefix + createHmac('sha256', 'of the test').update(body).digest('hex'))
  })

  it('passes over what is not a CDEvent, and sends what is made of it', async () => {
    const other = buildMessage('foo.bar', { built: true })
    await run({}, {}, other)
    expect(seen).toHaveLength(0)
    await run({ toCdEvent: () => queued }, {}, other)
    expect(seen).toHaveLength(1)
  })

  it.each([
    [408, 'TIMEOUT'],
    [429, 'RATE_LIMITED'],
    [500, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
  ])('may be tried again after %i', async (status, code) => {
    answer = { status, body: 'later' }
    const error = await Promise.resolve(run()).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code, message: expect.stringContaining(`${status}: later`) })
    expect(error).not.toBeInstanceOf(NotRetryableError)
  })

  it.each([429, 503])(
    'asks the watcher to wait for as long as the collector does with %i',
    async (status) => {
      answer = { status, headers: { 'retry-after': '7' } }
      await expect(run()).rejects.toMatchObject({ name: 'RetryLaterError', retryAfterMs: 7_000 })
      answer = { status, headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() } }
      const error = await Promise.resolve(run()).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(RetryLaterError)
      const { retryAfterMs = 0 } = error as RetryLaterError
      expect(retryAfterMs).toBeGreaterThan(50_000)
      expect(retryAfterMs).toBeLessThanOrEqual(60_000)
    },
  )

  it('may be tried again when there is no answer', async () => {
    const error = await Promise.resolve(run({ url: 'http://127.0.0.1:1/' })).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'UNAVAILABLE', name: 'EprError' })
    const reason = new Error('enough')
    await expect(run({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it.each([
    [400, JSON.stringify({ title: 'Bad Request', detail: 'no field context.id' }), 'no field context.id'],
    [401, 'Header validation failed', 'Header validation failed'],
    [404, '', 'without a reason'],
    [200, 'null', 'null'],
    [302, '', 'without a reason'],
  ])('must not be tried again after %i', async (status, body, detail) => {
    answer = { status, body, headers: { location: 'http://127.0.0.1:1/' } }
    const error = await Promise.resolve(run()).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(NotRetryableError)
    expect(error).toMatchObject({ message: `the collector answered ${status}: ${detail}` })
    expect(seen).toHaveLength(1)
  })

  it('puts aside what it cannot make a CDEvent of', async () => {
    const broken = () => {
      throw new TypeError('broken')
    }
    await expect(run({ toCdEvent: broken })).rejects.toBeInstanceOf(NotRetryableError)
    const tooLarge = buildMessage('dev.cdevents.build.queued.0.3.0', null)
    await expect(run({}, { dataRef: '/api/v1/events/1' }, tooLarge)).rejects.toBeInstanceOf(NotRetryableError)
    await run({}, { dataRef: '/api/v1/events/1' }, buildMessage('foo.bar', null))
  })

  it('refuses options that cannot work', () => {
    for (const bad of ['', 'localhost:8080', 'ftp://localhost', '/webhook']) {
      expect(() => cdvizHandler({ url: bad })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    }
    expect(() => cdvizHandler({ url, hmac: { secret: '' } })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })
})
