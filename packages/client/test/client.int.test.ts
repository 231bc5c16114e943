import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { fromJsonText, type JsonText, toJsonText } from '@epr/model'
import {
  buildCloudEvent,
  buildEvent,
  buildGroup,
  buildNvrpp,
  buildReceiver,
  caller,
  startTestServer,
  type TestServer,
  waitFor,
} from '@epr/testkit'
import { CloudEvent } from 'cloudevents'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { type Client, createClient, type FeedEntry, type NewEvent } from '../src/index.js'

const UNKNOWN_ID = '01HKX0J9KS8AASMRYX61458N41'

let server: TestServer
let client: Client
let receiver: string

beforeAll(async () => {
  server = await startTestServer()
  client = createClient({ url: server.url, token: caller.key })
  receiver = await client.receivers.create(buildReceiver())
})
afterAll(async () => {
  await server.close()
})

const events = (count: number, overrides: Partial<NewEvent> = {}): NewEvent[] => {
  const nvrpp = buildNvrpp()
  return Array.from({ length: count }, (_, index) => ({
    ...buildEvent(receiver),
    ...nvrpp,
    payload: { index },
    ...overrides,
  }))
}

describe('receivers, groups and events', () => {
  it('are created and got by their id', async () => {
    const group = await client.groups.create(buildGroup([receiver]))
    const event = buildEvent(receiver)
    const id = await client.events.create(event)
    expect(await client.events.get(id)).toMatchObject({ ...event, id, EventReceiver: { id: receiver } })
    expect(await client.receivers.get(receiver)).toMatchObject({ ...buildReceiver(), id: receiver })
    expect(await client.groups.get(group)).toMatchObject({ id: group, event_receiver_ids: [receiver] })
  })

  it('are refused with the code of the server and every reason', async () => {
    const blank = client.events.create(buildEvent(receiver, { name: ' ', version: '' }))
    await expect(blank).rejects.toMatchObject({
      name: 'ApiError',
      code: 'INVALID_ARGUMENT',
      status: 400,
      requestId: expect.stringMatching(/./),
    })
    const strict = await client.receivers.create(buildReceiver({ schema: { required: ['a', 'b'] } }))
    const mismatch = await client.events.create(buildEvent(strict)).catch((error: unknown) => error)
    expect(mismatch).toMatchObject({ code: 'PAYLOAD_MISMATCH', details: { length: 2 } })
  })

  it.each(['receivers', 'groups', 'events'] as const)('say NOT_FOUND for unknown %s', async (kind) => {
    await expect(client[kind].get(UNKNOWN_ID)).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 })
    await expect(client[kind].get('../events')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client[kind].get('')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('are created from CloudEvents, once for a source and id', async () => {
    const other = await client.receivers.create(buildReceiver())
    const cloudEvent = new CloudEvent(buildCloudEvent({ eprsuccess: false }))
    const id = await client.events.createFromCloudEvent(cloudEvent)
    expect(await client.events.createFromCloudEvent(cloudEvent)).toBe(id)
    expect(await client.events.get(id)).toMatchObject({
      name: cloudEvent.eprname,
      success: false,
      event_receiver_id: other,
      payload: JSON.parse(JSON.stringify(cloudEvent)),
    })
    const named = await client.events.createFromCloudEvent(cloudEvent, { receiver })
    expect(await client.events.get(named)).toMatchObject({ event_receiver_id: receiver })
    const text = JSON.stringify(buildCloudEvent({ data: 0 })).replace(
      '"data":0',
      '"data":12345678901234567890',
    )
    const exact = await client.events.createFromCloudEvent(toJsonText(text))
    const { payload } = await client.events.get(exact, { exact: true })
    expect(fromJsonText(payload as JsonText)).toBe(text)
    const bad = client.events.createFromCloudEvent(buildCloudEvent({ source: '' }))
    await expect(bad).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('source'),
    })
  })

  it('are found with the asked fields only', async () => {
    const [event] = events(1)
    const id = await client.events.create(event as NewEvent)
    const found = await client.events.find({ name: event?.name }, { fields: ['id', 'name'] })
    expectTypeOf(found).toEqualTypeOf<{ id: string; name: string }[]>()
    expect(found).toEqual([{ id, name: event?.name }])
    const whole = await client.events.find({ id })
    expect(whole).toEqual([{ ...event, id, created_at: expect.any(String) }])
    expect(await client.receivers.find({ id: receiver }, { fields: ['schema'] })).toEqual([{ schema: {} }])
    expect(await client.events.find({ id, success: false, version: null })).toEqual([])
  })

  it('carry texts of JSON exactly, both ways', async () => {
    const text = '{"2":12345678901234567890,"1":-0,"pi":3.14159265358979323846,"e":1.0}'
    const id = await client.events.create(buildEvent(receiver, { payload: toJsonText(text) }) as NewEvent)
    const textOf = ({ payload }: { payload: unknown }) => fromJsonText(payload as JsonText)
    expect(textOf(await client.events.get(id, { exact: true }))).toBe(text)
    const [found] = await client.events.find({ id }, { fields: ['payload'], exact: true })
    expect(found && textOf(found)).toBe(text)
    expect((await client.events.get(id)).payload).toEqual(JSON.parse(text))
  })
})

describe('searches', () => {
  it('give all there are, over pages, in either order, from and up to where they are asked', async () => {
    const many = events(25)
    const name = many[0]?.name
    const ids = (await client.events.createMany(many)).map((result) => ('id' in result ? result.id : ''))
    const sorted = [...ids].sort()
    const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id)
    const fields = ['id'] as const
    expect(idsOf(await client.events.find({ name }, { fields }))).toEqual(sorted)
    expect(idsOf(await client.events.find({ name }, { fields, order: 'desc', limit: 3 }))).toEqual(
      sorted.slice(-3).reverse(),
    )
    const paged = []
    for await (const row of client.events.findAll({ name }, { fields: ['payload'], pageSize: 7 }))
      paged.push(row)
    expect(paged).toHaveLength(25)
    expect(Object.keys(paged[0] ?? {})).toEqual(['payload'])
    const rest = await client.events.find({ name }, { fields, after: sorted[19] ?? '', limit: 10 })
    expect(idsOf(rest)).toEqual(sorted.slice(20))
    const none = { created_before: '2020-01-01T00:00:00Z' }
    expect(await client.events.find({ name }, none)).toEqual([])
  })

  it('follow a list that the server has cut, also when it was not known to cut', async () => {
    const many = events(1_100)
    await client.events.createMany(many)
    const fresh = createClient({ url: server.url, token: caller.key })
    expect(await fresh.events.find({ name: many[0]?.name }, { fields: ['version'] })).toHaveLength(1_100)
  })
})

describe('createMany', () => {
  it('keeps the order and reports each, whatever is wrong with some', async () => {
    const many: NewEvent[] = [
      ...events(3),
      ...events(1, { event_receiver_id: UNKNOWN_ID }),
      ...events(1, { payload: Number.NaN }),
      ...events(1, { name: '' }),
      ...events(3),
    ]
    const progress: number[] = []
    const fresh = createClient({ url: server.url, token: caller.key })
    const results = await fresh.events.createMany(many, {
      batchSize: 3,
      onProgress: ({ done, total, results: news }) => progress.push(done, total, news.length),
    })
    expect(results.map((result) => ('id' in result ? 'id' : 'errors'))).toEqual([
      ...['id', 'id', 'id', 'errors', 'errors', 'errors', 'id', 'id', 'id'],
    ])
    // The first goes alone, since the server has not been heard yet.
    expect(progress).toEqual([1, 9, 1, 5, 9, 4, 8, 9, 3, 9, 9, 1])
    const [first] = results
    const payload = first && 'id' in first ? (await client.events.get(first.id)).payload : undefined
    expect(payload).toEqual({ index: 0 })
  })
})

describe('gates', () => {
  it('tell where an artifact stands, and are waited for', async () => {
    const group = await client.groups.create(buildGroup([receiver]))
    const nvrpp = buildNvrpp()
    expect(await client.groups.status(group, nvrpp)).toMatchObject({ group_id: group, state: 'missing' })
    await expect(client.groups.waitUntilOpen(group, nvrpp, { timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      details: [expect.stringMatching(new RegExp(`^event receiver .+@.+ \\(${receiver}\\): missing$`))],
      name: 'GateTimeoutError',
      status: { group_id: group, state: 'missing' },
    })
    const seen: string[] = []
    const open = client.groups.waitUntilOpen(group, nvrpp, { onStatus: ({ state }) => seen.push(state) })
    await waitFor('a first look', () => seen.length > 0)
    await client.events.create({ ...buildEvent(receiver), ...nvrpp, success: false })
    await client.events.create({ ...buildEvent(receiver), ...nvrpp })
    expect(await open).toMatchObject({ state: 'open', receivers: [{ state: 'passed' }] })
    await expect(client.groups.waitUntilOpen(UNKNOWN_ID, nvrpp)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const reason = new Error('enough')
    const missing = client.groups.waitUntilOpen(group, buildNvrpp(), { signal: AbortSignal.abort(reason) })
    await expect(missing).rejects.toBe(reason)
  })

  it('are enabled and disabled', async () => {
    const group = await client.groups.create(buildGroup([receiver], { enabled: false }))
    await client.groups.enable(group)
    expect((await client.groups.get(group)).enabled).toBe(true)
    await client.groups.disable(group)
    expect(await client.groups.find({ id: group }, { fields: ['enabled'] })).toEqual([{ enabled: false }])
    await expect(client.groups.enable(UNKNOWN_ID)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

/** A way to the server that can be cut. */
async function startProxy(url: string): Promise<{ url: string; cut(): number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const target = new URL(url)
  const proxy = createServer((socket) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port } = proxy.address() as { port: number }
  const cut = () => {
    const count = sockets.size
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    return count
  }
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    async close() {
      cut()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}

describe('messages', () => {
  it('are listed from a cursor on, and by type', async () => {
    const { next } = await client.messages.list({ after: 'latest' })
    const type = `type-${crypto.randomUUID()}`
    const typed = await client.receivers.create(buildReceiver({ type }))
    await client.events.create(buildEvent(typed))
    const entries = await waitFor('the message', async () => {
      const page = await client.messages.list({ after: next, type, limit: 10 })
      return page.entries.length > 0 && page.entries
    })
    expect(entries).toEqual([
      {
        cursor: expect.stringMatching(/^\d+$/),
        time: expect.any(String),
        ce_id: expect.any(String),
        actor: caller.actor,
        message: expect.objectContaining({ type }),
      },
    ])
  })

  it('stream each once and in order, also over cuts', async () => {
    const proxy = await startProxy(server.url)
    const cuttable = createClient({ url: proxy.url, token: caller.key })
    const { next: after } = await client.messages.list({ after: 'latest' })
    const event_receiver_id = await client.receivers.create(buildReceiver({ type: crypto.randomUUID() }))
    const isOurs = ({ message }: FeedEntry) => message.data.events[0]?.event_receiver_id === event_receiver_id
    const stop = new AbortController()
    const seen: FeedEntry[] = []
    const reading = (async () => {
      for await (const entry of cuttable.messages.stream({ after, signal: stop.signal })) {
        if (isOurs(entry)) seen.push(entry)
      }
    })()
    const ids: string[] = []
    for (let round = 1; round <= 3; round++) {
      const results = await client.events.createMany(events(20, { event_receiver_id }))
      ids.push(...results.map((result) => ('id' in result ? result.id : '')))
      await waitFor('the messages of this round', () => seen.length === round * 20)
      expect(proxy.cut()).toBeGreaterThan(0)
    }
    stop.abort()
    await reading
    expect(seen.map(({ message }) => message.id)).toEqual(ids)
    expect(new Set(seen.map(({ ce_id }) => ce_id)).size).toBe(60)
    await proxy.close()
  })

  it('are summed up, as a page and as a stream that begins before the end', async () => {
    const named = await client.receivers.create(buildReceiver({ type: crypto.randomUUID() }))
    const ids: string[] = []
    for (const success of [true, false])
      ids.push(await client.events.create(buildEvent(named, { payload: 'four', success })))
    const { entries } = await waitFor('the summaries', async () => {
      const page = await client.messages.list({ view: 'summary', tail: 5, receiver: named })
      return page.entries.at(-1)?.id === ids[1] && page
    })
    expect(entries.map(({ kind, id, payload_bytes }) => [kind, id, payload_bytes])).toEqual([
      ['receiver', named, null],
      ['event', ids[0], 6],
      ['event', ids[1], 6],
    ])
    const summaries = client.messages.stream({ view: 'summary', tail: 2, receiver: named, success: false })
    expect((await summaries.next()).value).toEqual(entries[2])
    const later = await client.events.create(buildEvent(named, { success: false }))
    expect((await summaries.next()).value).toMatchObject({ id: later, event_id: later, success: false })
    await summaries.return()
    await expect(client.messages.list({ tail: 1, after: '0' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })

  it('stream nothing of a feed that cannot be read', async () => {
    const bad = client.messages.stream({ after: 'yesterday' }).next()
    await expect(bad).rejects.toMatchObject({ name: 'ApiError', code: 'INVALID_ARGUMENT' })
    const reason = new Error('enough')
    expect(await client.messages.stream({ signal: AbortSignal.abort(reason) }).next()).toEqual({
      done: true,
      value: undefined,
    })
  })

  it('are let go of when the loop is left', async () => {
    for await (const { message } of client.messages.stream()) {
      expect(message.specversion).toBe('1.0')
      break
    }
  })
})

describe('search', () => {
  it('finds what a text names, and says what it was taken for', async () => {
    const id = await client.events.create(buildEvent(receiver))
    const { data, taken_for } = await client.search(id.toLowerCase())
    expect(data).toEqual([expect.objectContaining({ kind: 'event', id, path: `/api/v1/events/${id}` })])
    expect(taken_for).toEqual([{ as: 'id', words: 'the id of an event, a receiver or a group' }])
    const found = await client.search(receiver)
    expect(found.data.map((hit) => (hit.kind === 'receiver' ? hit.type : hit.kind))).toEqual([
      buildReceiver().type,
    ])
  })

  it('says what was tried, and why a text is refused', async () => {
    await expect(client.search('pkg:npm')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', status: 400 })
    await waitFor('answers about artifacts', async () => (await client.search('nowhere')).tried.length === 2)
    expect(await client.search('nowhere')).toMatchObject({ data: [], taken_for: [] })
  })
})

describe('schemas and payloads', () => {
  it('are tried, and nothing is recorded', async () => {
    const schema = { type: 'object', required: ['count'] }
    const strict = await client.receivers.create(buildReceiver({ name: 'strict', schema }))
    await client.events.create(buildEvent(strict, { payload: { count: 1 } }))
    const trial = {
      schema: { maxProperties: 0 },
      samples: [{}, { a: 1 }],
      against: { event_receiver_id: strict },
    }
    const tried = await client.receivers.check(trial)
    expect(tried).toMatchObject({
      problems: [],
      dialect: 'draft-07',
      against: { checked: 1, complete: true },
    })
    expect(tried.samples.map((violations) => violations.length)).toEqual([0, 1])
    expect(tried.against?.failed).toHaveLength(1)
    expect(await client.receivers.checkPayload(strict, { count: 2 })).toEqual({ violations: [] })
    expect((await client.receivers.checkPayload(strict, {})).violations).toHaveLength(1)
    const refused = await client.receivers.refusals(strict, { hours: 1 })
    expect(refused).toEqual({ payloads: 0, paths: [], samples: [] })
    await expect(client.receivers.checkPayload(UNKNOWN_ID, {})).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('raw calls', () => {
  it('reach REST and GraphQL', async () => {
    const answer = await client.rest('get', `/receivers/${receiver}`)
    expect(answer).toMatchObject({ status: 200, json: { data: [{ id: receiver }] } })
    const query = 'query($id: ID!) {event_receivers_by_id(id: $id) {id,name}}'
    expect(await client.graphql(query, { id: receiver })).toEqual({
      event_receivers_by_id: [{ id: receiver, name: 'foo-cli' }],
    })
    await expect(client.graphql('{nothing}')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', status: 200 })
    await expect(client.graphql(query, { id: UNKNOWN_ID })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('create once under one Idempotency-Key', async () => {
    const key = { idempotencyKey: crypto.randomUUID() }
    const event = buildEvent(receiver)
    const first = await client.events.create(event, key)
    expect(await client.events.create(event, key)).toBe(first)
    await expect(client.events.create(buildEvent(receiver), key)).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
  })

  it('tell how the registry goes', async () => {
    expect(await client.operations()).toMatchObject({ server: { recording: true }, servers: 1, relay: null })
  })

  it('tell the status and the features of the server', async () => {
    expect(await client.status()).toMatchObject({
      service: 'event-provenance-registry',
      database: 'up',
      features: ['idempotency-key', 'batch', 'cursor', 'feed', 'group-status', 'auth', 'actor'],
    })
  })
})
