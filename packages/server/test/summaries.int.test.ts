import { messageSummarySchema } from '@epr/model'
import { type Api, buildEvent, buildGroup, buildReceiver, readFeed, waitFor } from '@epr/testkit'
import { createParser } from 'eventsource-parser'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let api: Api
let receiver: string
let other: string
let group: string
/** Of everything that is in the feed, in its order. */
let all: Awaited<ReturnType<typeof readFeed>>

const PAYLOAD = { text: 'x'.repeat(3_000) }

beforeAll(async () => {
  test = await startTestApp()
  api = test.api
  receiver = await api.create('/receivers', buildReceiver({ type: 'a.tested', schema: { type: 'object' } }))
  other = await api.create('/receivers', buildReceiver({ name: 'other', type: 'b.scanned' }))
  group = await api.create('/groups', buildGroup([receiver], { type: 'c.open' }))
  await api.patch(`/groups/${group}`, { enabled: true })
  await api.create('/events', buildEvent(receiver, { name: 'cart', payload: PAYLOAD }))
  await api.create('/events', buildEvent(receiver, { name: 'cart', payload: PAYLOAD }))
  await api.create('/events', buildEvent(receiver, { name: 'carton', success: false }))
  const last = await api.create('/events', buildEvent(other, { name: 'shop' }))
  all = await waitFor('all messages', async () => {
    const entries = await readFeed(api)
    return entries.at(-1)?.message.id === last && entries
  })
})
afterAll(() => test.close())

const summaries = async (query = '') => {
  const { status, json } = await api.get(`/messages?view=summary&limit=1000${query}`)
  expect(status).toBe(200)
  return json
}

it('says of each message what the whole one says, without payload and schemas', async () => {
  const { data, next } = await summaries()
  expect(next).toBe(all.at(-1)?.cursor)
  expect(data.map(({ kind }: { kind: string }) => kind)).toEqual([
    'receiver',
    'receiver',
    'group',
    'modified',
    'event',
    'complete',
    'event',
    'complete',
    'event',
    'event',
  ])
  for (const [index, summary] of data.entries()) {
    messageSummarySchema.strict().parse(summary)
    const whole = all[index]
    const { cursor, time, ce_id, gate, message } = whole ?? ({} as never)
    const { id, type, success, name, version, release, platform_id, package: packaging } = message
    const fields = { id, type, success, name, version, release, platform_id, package: packaging }
    expect(summary).toMatchObject({ cursor, time, ce_id, ...(gate && { gate }), ...fields, actor: null })
    const event = message.data.events[0]
    expect(summary.event_id).toBe(event?.id ?? null)
    expect(summary.payload_bytes).toBe(event ? JSON.stringify(event.payload).length : null)
    expect(JSON.stringify(summary).length).toBeLessThan(600)
  }
  expect(data[4]).toMatchObject({ event_receiver_id: receiver, group_id: null })
  expect(data[5]).toMatchObject({ event_receiver_id: receiver, group_id: group, gate: 'opened' })
  expect(data[7]).toMatchObject({ gate: 'repeated' })
  expect(data[2]).toMatchObject({ event_receiver_id: null, group_id: group })
})

const FILTERS: [query: () => string, count: number][] = [
  [() => 'kind=event', 4],
  [() => 'kind=modified', 1],
  [() => `receiver=${receiver}`, 6],
  [() => `receiver=${other}`, 2],
  [() => `group=${group}`, 4],
  [() => `group=${group}&kind=complete`, 2],
  [() => 'success=false', 1],
  [() => 'success=true', 9],
  [() => 'name=cart', 4],
  [() => 'name=cart*', 5],
  [() => 'name=other', 1],
  [() => 'name=c%25', 0],
  [() => 'type=a.tested&success=true', 2],
  [() => 'receiver=nobody', 0],
]

/** Reads a stream until it says that it has passed the end of what there is. */
async function readStream(query: string): Promise<string[]> {
  const abort = new AbortController()
  const response = await fetch(`${api.baseUrl}/api/v1/messages?${query}`, {
    headers: { accept: 'text/event-stream' },
    signal: abort.signal,
  })
  const found: string[] = []
  let isOver = false
  const end = all.at(-1)?.cursor
  const parser = createParser({
    onEvent({ id, data }) {
      found.push(query.includes('summary') ? JSON.parse(data).cursor : String(id))
      isOver ||= id === end
    },
    onComment(comment) {
      isOver ||= comment === JSON.stringify({ cursor: end })
    },
  })
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }))
    if (isOver) break
  }
  abort.abort()
  return found
}

it.each(FILTERS)(
  'gives the same messages in both views, as pages and as streams: %s',
  async (query, count) => {
    const { data } = await summaries(`&${query()}`)
    const cursors = data.map(({ cursor }: { cursor: string }) => cursor)
    expect(cursors).toHaveLength(count)
    const full = (await api.get(`/messages?limit=1000&${query()}`)).json
    expect(full.data).toEqual(all.filter(({ cursor }) => cursors.includes(cursor)))
    expect(full.next).toBe(all.at(-1)?.cursor)
    for (const view of ['full', 'summary'])
      expect(await readStream(`view=${view}&${query()}`)).toEqual(cursors)
  },
)

it('goes on behind a page that its limit has ended', async () => {
  const first = (await api.get('/messages?view=summary&kind=event&limit=2')).json
  const rest = await summaries(`&kind=event&after=${first.next}`)
  expect([...first.data, ...rest.data]).toEqual((await summaries('&kind=event')).data)
})

it('begins some messages before the newest', async () => {
  const { data, next } = (await api.get('/messages?tail=3')).json
  expect(data).toEqual(all.slice(-3))
  expect(next).toBe(all.at(-1)?.cursor)
  expect((await api.get('/messages?tail=1000')).json.data).toEqual(all)
  expect((await api.get('/messages?tail=3&limit=1')).json.data).toEqual(all.slice(-3, -2))
  expect((await api.get('/messages?tail=3&success=false')).json.data).toEqual(
    all.slice(-3).filter(({ message }) => !message.success),
  )
  expect(await readStream('view=summary&tail=3')).toEqual(all.slice(-3).map(({ cursor }) => cursor))
})

it.each([
  ['view=brief', 'view must be full or summary'],
  ['tail=0', 'tail must be a number from 1 to 1000'],
  ['tail=1001', 'tail must be a number from 1 to 1000'],
  ['tail=5&after=1', 'after and tail both say where to begin: give one of them'],
  ['kind=events', 'kind must be one of event, complete, receiver, group, modified'],
  ['success=maybe', 'success must be true or false'],
  ['receiver=', 'receiver must be the id of an event receiver'],
  ['name=', 'name must be a name, or the beginning of one and *'],
])('refuses ?%s with the reason', async (query, problem) => {
  const { status, json } = await api.get(`/messages?${query}`)
  expect([status, json.errors]).toEqual([400, [problem]])
})

it('answers 410 where messages behind a cursor are gone, and begins at the oldest where a tail is longer', async () => {
  const database = test.database.connect(1)
  await database.query('update retention set removed_cursor = 4')
  expect((await api.get('/messages?view=summary&after=1')).json.error.code).toBe('GONE')
  expect((await api.get('/messages?view=summary&tail=1000')).json.data[0].cursor).toBe('5')
  await database.query('update retention set removed_cursor = 0')
})
