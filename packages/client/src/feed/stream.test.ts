import { fromJsonText, type JsonText } from '@epr/model'
import { HttpResponse, http } from 'msw'
import { describe, expect, it } from 'vitest'
import { FEATURES, ID, inTurn, original, ours, testClient, URL, useWire } from '../../test/wire.js'

const wire = useWire()

const message = {
  ...{ success: true, id: ID, specversion: '1.0', type: 't', source: 'epr', api_version: 'v1' },
  ...{ name: 'n', version: '1', release: 'r', platform_id: 'p', package: 'k' },
  data: { events: [], event_receivers: [], event_receiver_groups: null },
}
const head = (cursor: number) => ({
  cursor: String(cursor),
  time: '2026-01-01T00:00:00Z',
  ce_id: `c${cursor}`,
})
const frame = (cursor: number, data = JSON.stringify(message)) =>
  `: ${JSON.stringify(head(cursor))}\nid: ${cursor}\ndata: ${data}\n\n`
const PREAMBLE = 'retry: 1\n: connected\n\n'

/** A stream of pieces that is then cut, or goes on for ever. */
function stream(pieces: string[], end: 'close' | 'cut' | 'stay' = 'close'): Response {
  const encoder = new TextEncoder()
  const left = [PREAMBLE, ...pieces]
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift()
      if (piece !== undefined) return controller.enqueue(encoder.encode(piece))
      if (end === 'close') return controller.close()
      if (end === 'cut') return controller.error(new TypeError('terminated'))
      return new Promise(() => {})
    },
  })
  return new HttpResponse(body, { headers: { ...FEATURES, 'content-type': 'text/event-stream' } })
}

/** Answers requests for the feed in turn, and keeps where each begins. */
function onFeed(...answers: (() => Response)[]): (string | null)[] {
  const starts: (string | null)[] = []
  const next = inTurn(...answers)
  wire.use(
    http.get(`${URL}/api/v1/messages`, ({ request }) => {
      starts.push(new globalThis.URL(request.url).searchParams.get('after'))
      return next()
    }),
  )
  return starts
}

async function cursorsOf(count: number, after?: string): Promise<string[]> {
  const cursors: string[] = []
  for await (const { cursor } of testClient().messages.stream({ after })) {
    cursors.push(cursor)
    if (cursors.length === count) break
  }
  return cursors
}

const busy = () => ours({ errors: ['busy'] }, 503)

describe('a stream', () => {
  it('comes back behind what the server passed over for it, not only behind its last message', async () => {
    const passed = ': {"cursor":"9"}\nid: 9\n\n'
    const starts = onFeed(
      () => stream([frame(1), passed]),
      () => stream([frame(12)], 'stay'),
    )
    expect(await cursorsOf(2, '0')).toEqual(['1', '12'])
    expect(starts).toEqual(['0', '9'])
  })

  it('gives messages with their place, however they are cut into pieces', async () => {
    const text = `: heartbeat\n\n${frame(1)}${frame(2)}`
    onFeed(() => stream([...text], 'stay'))
    const seen = []
    for await (const entry of testClient().messages.stream()) {
      seen.push(entry)
      if (seen.length === 2) break
    }
    const read = { ...message, data: { events: [], event_receivers: [], event_receiver_groups: [] } }
    expect(seen).toEqual([
      { ...head(1), message: read },
      { ...head(2), message: read },
    ])
  })

  it('goes on where it stood after an end, a cut, and a while without the server', async () => {
    const starts = onFeed(
      () => stream([frame(1)]),
      () => stream([frame(2), ': half a mess'], 'cut'),
      () => HttpResponse.error(),
      busy,
      () => stream([]),
      () => stream([frame(3)], 'stay'),
    )
    expect(await cursorsOf(3, '0')).toEqual(['1', '2', '3'])
    expect(starts).toEqual(['0', '1', '2', '2', '2', '2'])
  })

  it('comes back for longer than a call would', async () => {
    const failures = Array.from({ length: 12 }, () => () => HttpResponse.error())
    onFeed(
      () => stream([]),
      ...failures,
      () => stream([frame(1)], 'stay'),
    )
    expect(await cursorsOf(1)).toEqual(['1'])
  })

  it('from the latest on starts at a cursor, so that a cut skips nothing', async () => {
    const page = ours({ data: [], next: '7' })
    const starts = onFeed(
      () => page,
      () => stream([]),
      () => stream([frame(8)], 'stay'),
    )
    expect(await cursorsOf(1, 'latest')).toEqual(['8'])
    expect(starts).toEqual(['latest', '7', '7'])
  })

  it('fails when the first connection does', async () => {
    const starts = onFeed(() => HttpResponse.error())
    await expect(cursorsOf(1)).rejects.toMatchObject({ name: 'NetworkError', code: 'UNAVAILABLE' })
    expect(starts).toHaveLength(4)
  })

  it('fails with GONE where messages have been removed unread', async () => {
    onFeed(
      () => stream([frame(1)]),
      () => ours({ errors: ['gone'], error: { code: 'GONE', message: 'gone' } }, 410),
    )
    await expect(cursorsOf(2)).rejects.toMatchObject({ code: 'GONE', status: 410 })
  })

  const lastWords = (code: string) =>
    `event: error\ndata: ${JSON.stringify({ errors: [code], error: { code, message: code, details: [code], request_id: 'r1' } })}\n\n`

  it('fails with GONE where the stream says so itself, behind the messages that came before', async () => {
    const starts = onFeed(() => stream([`${frame(1)}${lastWords('GONE')}`]))
    const cursors: string[] = []
    const reading = (async () => {
      for await (const { cursor } of testClient().messages.stream()) cursors.push(cursor)
    })()
    await expect(reading).rejects.toMatchObject({
      name: 'ApiError',
      code: 'GONE',
      status: 410,
      requestId: 'r1',
    })
    expect([cursors, starts]).toEqual([['1'], [null]])
  })

  it('comes back where the stream ends with what waiting can heal', async () => {
    const starts = onFeed(
      () => stream([`${frame(1)}${lastWords('UNAVAILABLE')}`]),
      () => stream([frame(2)], 'stay'),
    )
    expect(await cursorsOf(2)).toEqual(['1', '2'])
    expect(starts).toEqual([null, '1'])
  })

  it.each([
    ['no stream', () => ours({ data: [] })],
    ['a page', () => HttpResponse.html('<h1>hi</h1>')],
    ['a message that is not JSON', () => stream([frame(1, 'x')], 'stay')],
    ['an invalid message', () => stream([frame(1, '{}')], 'stay')],
    ['a message without its place', () => stream([`data: ${JSON.stringify(message)}\n\n`], 'stay')],
  ])('fails with a ResponseError for %s', async (_, answer) => {
    onFeed(answer)
    await expect(cursorsOf(1)).rejects.toMatchObject({ name: 'ResponseError' })
  })

  it('says when a connection stands, when it is over, and why', async () => {
    const said: string[] = []
    onFeed(
      () => stream([frame(1)]),
      () => stream([frame(2)], 'cut'),
      ...Array.from({ length: 4 }, () => () => HttpResponse.error()),
      () => stream([frame(3)], 'stay'),
    )
    const stop = new AbortController()
    const entries = testClient().messages.stream({
      signal: stop.signal,
      onConnect: () => said.push('connected'),
      onCut: (error) => said.push(error?.message ?? 'ended'),
    })
    for await (const { cursor } of entries) if (cursor === '3') stop.abort()
    expect(said).toEqual([
      ...['connected', 'ended', 'connected', `the stream was cut by ${URL}: terminated`],
      ...[`no answer from ${URL}: Failed to fetch`, 'connected'],
    ])
  })

  it('ends by its signal, also while it waits for a message', async () => {
    onFeed(() => stream([frame(1)], 'stay'))
    const stop = new AbortController()
    const entries = testClient().messages.stream({ signal: stop.signal })
    expect((await entries.next()).value?.cursor).toBe('1')
    const next = entries.next()
    stop.abort()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('carries payloads exactly when asked to', async () => {
    const nvrpp = { name: 'n', version: '1', release: 'r', platform_id: 'p', package: 'k' }
    const told = { ...nvrpp, id: ID, description: 'd', success: true, event_receiver_id: ID, created_at: 'x' }
    const text = JSON.stringify({ ...message, data: { events: [{ ...told, payload: 'PAYLOAD' }] } })
    onFeed(() => stream([frame(1, text.replace('"PAYLOAD"', '[12345678901234567890]'))], 'stay'))
    for await (const entry of testClient().messages.stream({ exact: true })) {
      expect(fromJsonText(entry.message.data.events[0]?.payload as JsonText)).toBe('[12345678901234567890]')
      break
    }
  })
})

it('a page of the feed is read with where to go on', async () => {
  const starts = onFeed(() => ours({ data: [{ ...head(3), message }], next: '9' }))
  const page = await testClient().messages.list({ after: '2', limit: 1, type: 't' })
  expect(page).toMatchObject({ entries: [{ cursor: '3' }], next: '9' })
  expect(starts).toEqual(['2'])
})

it('the original has no feed', async () => {
  onFeed(() => original('404 page not found', 404))
  await expect(testClient().messages.list()).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    cause: { code: 'NOT_FOUND' },
  })
})
