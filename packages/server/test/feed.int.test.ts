import { connect } from 'node:net'
import {
  type Api,
  buildEvent,
  buildGroup,
  buildReceiver,
  type FeedMessage,
  readFeed,
  waitFor,
} from '@epr/testkit'
import { createParser } from 'eventsource-parser'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readLease } from '../src/storage/lease.js'
import { deleteOldMessages } from '../src/storage/outbox.js'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let api: Api
let receiver: string
beforeAll(async () => {
  test = await startTestApp()
  api = test.api
  receiver = await api.create('/receivers', buildReceiver({ type: 'foo.bar', schema: { type: 'object' } }))
})
afterAll(() => test.close())

/** Opens the stream and collects what it sends until it is closed. */
async function openStream(query = '', headers: Record<string, string> = {}) {
  const abort = new AbortController()
  const response = await fetch(`${api.baseUrl}/api/v1/messages${query}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  })
  const events: { id: string | undefined; data: string }[] = []
  const comments: string[] = []
  const parser = createParser({
    onEvent: ({ id, data }) => events.push({ id, data }),
    onComment: (comment) => comments.push(comment),
  })
  const ended = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? [])
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }))
  })().catch(() => undefined)
  return { response, events, comments, ended, close: () => abort.abort() }
}

const told = (id: string) =>
  waitFor(`the message of ${id}`, async () => (await readFeed(api)).find((entry) => entry.message.id === id))

describe('the feed', () => {
  it('tells of a created receiver, group and event as the contract says', async () => {
    const group = await api.create('/groups', buildGroup([receiver]))
    const event = buildEvent(receiver)
    const eventId = await api.create('/events', event)
    const [storedReceiver] = (await api.get(`/receivers/${receiver}`)).json.data
    const [storedGroup] = (await api.get(`/groups/${group}`)).json.data

    const common = { success: true, specversion: '1.0', source: 'epr', api_version: 'v1' }
    const receiverMessage = (await told(receiver)).message
    expect(receiverMessage).toEqual({
      ...common,
      id: receiver,
      type: 'epr.event.receiver.created',
      name: storedReceiver.name,
      version: storedReceiver.version,
      release: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      platform_id: 'event-provenance-registry',
      package: 'event.receiver',
      data: { events: [], event_receivers: [storedReceiver], event_receiver_groups: [] },
    })
    expect((await told(group)).message).toEqual({
      ...common,
      id: group,
      type: 'epr.event.receiver.group.created',
      name: storedGroup.name,
      version: storedGroup.version,
      release: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      platform_id: 'event-provenance-registry',
      package: 'event.receiver.group',
      data: { events: [], event_receivers: [], event_receiver_groups: [storedGroup] },
    })
    const { schema: _, ...withoutSchema } = storedReceiver
    const { description, payload, success, event_receiver_id, ...nvrpp } = event
    expect((await told(eventId)).message).toEqual({
      ...common,
      ...nvrpp,
      id: eventId,
      type: 'foo.bar',
      data: {
        events: [{ ...event, id: eventId, created_at: expect.any(String), EventReceiver: withoutSchema }],
        event_receivers: [storedReceiver],
        event_receiver_groups: [],
      },
    })
  })

  it('tells of every enabling and disabling, with the group as it was then', async () => {
    const group = await api.create('/groups', buildGroup([receiver], { enabled: false }))
    for (const enabled of [true, true, false]) await api.patch(`/groups/${group}`, { enabled })
    const messages = await waitFor('all messages of the group', async () => {
      const found = (await readFeed(api)).filter(({ message }) => message.id === group)
      return found.length === 4 && found
    })
    expect(messages.map(({ message }) => message.type.split('.').at(-1))).toEqual([
      'created',
      'modified',
      'modified',
      'modified',
    ])
    expect(messages.map(({ message }) => message.data.event_receiver_groups[0]?.enabled)).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(new Set(messages.map(({ ce_id }) => ce_id)).size).toBe(4)
  })

  it('gives pages from a cursor on, by type, and says where to go on, also when there is nothing', async () => {
    const id = await api.create('/events', buildEvent(receiver))
    await told(id)
    const all = await readFeed(api)
    const first = (await api.get('/messages?limit=2')).json
    expect(first.data).toEqual(all.slice(0, 2))
    expect(first.next).toBe(all[1]?.cursor)
    const rest = (await api.get(`/messages?after=${first.next}&limit=1000`)).json
    expect(rest.data).toEqual(all.slice(2))
    const empty = (await api.get(`/messages?after=${rest.next}`)).json
    expect(empty).toEqual({ data: [], next: rest.next })
    const typed = (await api.get('/messages?type=foo.bar&limit=1000')).json
    expect(typed.data).toEqual(all.filter(({ message }) => message.type === 'foo.bar'))
    const none = (await api.get('/messages?type=nobody')).json
    expect(none).toEqual({ data: [], next: rest.next })
    const latest = (await api.get('/messages?after=latest')).json
    expect(latest).toEqual({ data: [], next: rest.next })
  })

  it('starts at a moment', async () => {
    const before = await told(await api.create('/events', buildEvent(receiver)))
    const after = await told(await api.create('/events', buildEvent(receiver)))
    const page = (await api.get(`/messages?after=${encodeURIComponent(after.time)}`)).json
    expect(page.data[0]).toEqual(after)
    expect(page.data.some(({ cursor }: { cursor: string }) => cursor === before.cursor)).toBe(false)
    expect((await api.get('/messages?after=2020-01-01T00:00:00Z&limit=1')).json.data[0].cursor).toBe('1')
  })

  it.each(['after=x', 'after=-1', 'limit=0', 'limit=1001', 'x=1'])('refuses ?%s', async (query) => {
    expect((await api.get(`/messages?${query}`)).status).toBe(400)
  })

  it('streams from a cursor on, then what comes, each message once and in order', async () => {
    await told(await api.create('/events', buildEvent(receiver)))
    const known = await readFeed(api)
    const stream = await openStream(`?after=${known[0]?.cursor}`)
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
    await waitFor('what was there', () => stream.events.length === known.length - 1)
    const { payload: _, ...rest } = buildEvent(receiver)
    const id = await api.create(
      '/events',
      `${JSON.stringify(rest).slice(0, -1)},"payload":{ "a" :\n\r\n 1 }}`,
    )
    await waitFor('what came', () => stream.events.some(({ data }) => JSON.parse(data).id === id))
    stream.close()
    const all = await readFeed(api)
    expect(stream.events.map(({ id }) => id)).toEqual(all.slice(1).map(({ cursor }) => cursor))
    expect(stream.events.map(({ data }) => JSON.parse(data))).toEqual(
      all.slice(1).map(({ message }) => message),
    )
    expect(stream.comments.slice(-all.length + 1).map((comment) => JSON.parse(comment))).toEqual(
      all.slice(1).map(({ message: _, ...place }) => place),
    )
    expect(all.at(-1)?.gate).toBe('opened')
  })

  it('goes on behind Last-Event-ID, filters by type, and starts at now when asked', async () => {
    const all = await readFeed(api)
    const back = await openStream('?after=0&type=foo.bar', { 'last-event-id': all[0]?.cursor ?? '' })
    const now = await openStream('?after=latest')
    const id = await api.create('/events', buildEvent(receiver))
    for (const stream of [back, now]) {
      await waitFor('the new message', () => stream.events.some(({ data }) => JSON.parse(data).id === id))
      stream.close()
    }
    expect(now.events.length).toBeLessThanOrEqual(2)
    expect(back.events.every(({ data }) => JSON.parse(data).type === 'foo.bar')).toBe(true)
  })

  it('moves the cursor of a stream by type past what it passes over', async () => {
    const stream = await openStream('?after=latest&type=nobody')
    const id = await api.create('/events', buildEvent(receiver))
    const { cursor } = await told(id)
    const isPast = (comment: string) =>
      comment.startsWith('{') && BigInt(JSON.parse(comment).cursor) >= BigInt(cursor)
    await waitFor('the cursor', () => stream.comments.some(isPast))
    stream.close()
    expect(stream.events).toEqual([])
  })

  it('serves many listeners, every one everything', async () => {
    const streams = await Promise.all(Array.from({ length: 50 }, () => openStream('?after=latest')))
    const ids = await Promise.all(
      Array.from({ length: 100 }, () => api.create('/events', buildEvent(receiver))),
    )
    for (const stream of streams) {
      const seen = () => new Set(stream.comments.map((comment) => /"ce_id":"(\w+)"/.exec(comment)?.[1]))
      await waitFor(
        'all messages',
        () => stream.comments.length > ids.length && ids.every((id) => seen().has(id)),
      )
      stream.close()
    }
  })

  it('has what was recorded after the clock was set back, which a poller of GET /events misses', async () => {
    const before = await api.create('/events', buildEvent(receiver))
    const { cursor } = await told(before)
    vi.setSystemTime(Date.now() - 3_600_000)
    // A process draws rising ids whatever its clock does: the clock counts for the next one.
    const restarted = await startTestApp({ db: test.database.url })
    try {
      const after = await restarted.api.create('/events', buildEvent(receiver))
      expect(after < before).toBe(true)
      expect((await api.get(`/events?after=${before}&order=asc`)).json.data).toEqual([])
      // The completions of the one before may stand between them.
      await waitFor('what came behind it', async () => {
        const { data } = (await api.get(`/messages?after=${cursor}&limit=1000`)).json
        return data.some(({ message }: { message: FeedMessage }) => message.id === after)
      })
    } finally {
      vi.useRealTimers()
      await restarted.close()
    }
  })

  it('removes what is old and published, and says 410 to those who were there', async () => {
    const database = test.database.connect()
    const all = await readFeed(api)
    const keep = all[4]?.cursor ?? ''
    await database.query("insert into relays (topic, published_cursor) values ('t', $1)", [keep])
    const [published] = await database.query<{ commits: number }>(
      'select count(*)::int as commits from outbox where first_cursor + size - 1 <= $1',
      [keep],
    )
    expect(published?.commits).toBeGreaterThan(0)
    const { token } = await readLease(database)
    expect(
      await deleteOldMessages(database, { keptMs: 0, areProjected: false }, 1000, String(BigInt(token) - 1n)),
    ).toBe(0)
    // The rest is just as old, but not yet on the topic.
    expect(await deleteOldMessages(database, { keptMs: 0, areProjected: false }, 1000, token)).toBe(
      published?.commits,
    )
    expect(await deleteOldMessages(database, { keptMs: 0, areProjected: false }, 1000, token)).toBe(0)
    await database.query('delete from relays')
    expect(await deleteOldMessages(database, { keptMs: 60_000, areProjected: false }, 1000, token)).toBe(0)

    const gone = await api.get('/messages?after=0')
    expect([gone.status, gone.json.error.code]).toEqual([410, 'GONE'])
    expect(gone.json.errors[0]).toContain(keep)
    expect((await api.get(`/messages?after=${keep}&limit=1`)).json.data[0].cursor).toBe(all[5]?.cursor)
    expect((await api.get('/messages?limit=1')).json.data[0].cursor).toBe(all[5]?.cursor)
  })

  it('ends a stream with GONE whose reader stands where messages are removed before it comes to them', async () => {
    const other = await startTestApp()
    const { api: fresh, database } = other
    const type = await fresh.create('/receivers', buildReceiver({ type: 'foo.slow' }))
    // More than sockets hold, so that a reader who stops stands somewhere in it.
    const payload = 'x'.repeat(2 * 1024 * 1024)
    const count = 12
    for (let made = 0; made < count; made++) await fresh.create('/events', buildEvent(type, { payload }))
    await waitFor('all messages', async () => (await readFeed(fresh)).length === count + 1)

    const socket = connect(Number(new URL(fresh.baseUrl).port), '127.0.0.1')
    let got = ''
    socket.setEncoding('utf8').on('data', (text) => {
      if (got === '') socket.pause()
      got += text
    })
    socket.write('GET /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n')
    await waitFor('the first page', () => socket.isPaused())
    const connection = database.connect()
    await deleteOldMessages(
      connection,
      { keptMs: 0, areProjected: false },
      1_000,
      (await readLease(connection)).token,
    )
    socket.resume()
    await waitFor('the end', () => got.includes('event: error'))
    const [, error = ''] = /event: error\r?\ndata: (.*)/.exec(got) ?? []
    expect(JSON.parse(error).error).toMatchObject({ code: 'GONE', request_id: expect.any(String) })
    expect(JSON.parse(error).errors[0]).toContain(`the oldest cursor is ${count + 1}`)
    const cursors = [...got.matchAll(/^id: (\d+)/gm)].map(([, cursor]) => Number(cursor))
    expect(cursors).toEqual(cursors.map((_, index) => index + 1))
    expect(cursors.length).toBeLessThan(count + 1)
    socket.destroy()
    await other.close()
  })

  it('ends streams when the server stops', async () => {
    const other = await startTestApp()
    const response = await fetch(`${other.app.url}/api/v1/messages`, {
      headers: { accept: 'text/event-stream' },
    })
    const reading = response.text()
    await other.close()
    expect(await reading).toContain('connected')
  })
})
