import { type Api, buildEvent, buildGroup, buildReceiver, readFeed, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IMPORTER, importEvents } from '../src/import/target.js'
import type { Lead } from '../src/leader/leadership.js'
import { createRelay } from '../src/relay/relay.js'
import { findActorId } from '../src/storage/actors.js'
import { createDefinitions } from '../src/storage/definition-cache.js'
import { readLease } from '../src/storage/lease.js'
import { nvrppHash } from '../src/storage/nvrpp-hash.js'
import { deleteOldMessages, selectOutboxFacts } from '../src/storage/outbox.js'
import { createFakeBroker } from './support/fake-publisher.js'
import { toNewEvent } from './support/gate-world.js'
import { startTestApp, type TestApp } from './support/test-app.js'

/** What PostgreSQL counts is 64 bits wide, and JavaScript's numbers are exact up to 2^53: every counter is tried beyond both. */
describe.each([
  ['2^31', 2n ** 31n],
  ['2^53', 2n ** 53n],
  ['2^62', 2n ** 62n],
])('with counters at %s', (_, edge) => {
  let test: TestApp
  let api: Api
  let receiver: string
  const before = String(edge - 3n)
  beforeAll(async () => {
    test = await startTestApp()
    api = test.api
    receiver = await api.create('/receivers', buildReceiver())
    await waitFor('the message', async () => (await readFeed(api)).length === 1)
    const database = test.database.connect(1)
    await database.query('delete from outbox')
    await database.query(`update retention set removed_cursor = ${before}`)
    for (const sequence of ['events_seq_seq', 'outbox_id_seq'])
      await database.query(`alter sequence ${sequence} restart with ${before}`)
    for (let count = 0; count < 6; count++)
      await api.create('/events', buildEvent(receiver, { name: 'counted' }))
    await waitFor('six messages', async () => (await readFeed(api, before)).length === 6)
  })
  afterAll(() => test.close())

  const cursors = Array.from({ length: 6 }, (_each, index) => String(edge - 2n + BigInt(index)))
  const pageAfter = async (after: string, query = '') => {
    const { status, json } = await api.get(`/messages?after=${after}${query}`)
    expect([status, json.errors]).toEqual([200, undefined])
    return { cursors: json.data.map(({ cursor }: { cursor: string }) => cursor), next: json.next }
  }

  it('the feed is read from every cursor, page by page and by type', async () => {
    for (const [index, cursor] of [before, ...cursors].entries()) {
      const last = cursors.at(-1)
      expect(await pageAfter(cursor)).toEqual({ cursors: cursors.slice(index), next: last })
      expect((await pageAfter(cursor, '&limit=1')).cursors).toEqual(cursors.slice(index, index + 1))
      expect((await pageAfter(cursor, '&type=epr.foo.cli')).cursors).toEqual(cursors.slice(index))
      expect((await pageAfter(cursor, '&type=nobody')).cursors).toEqual([])
    }
    expect((await pageAfter('latest')).next).toBe(cursors.at(-1))
    expect((await pageAfter('2000-01-01T00:00:00Z')).cursors).toEqual(cursors)
    expect((await api.get(`/messages?after=${edge - 4n}`)).json.errors[0]).toContain(before)
  })

  it('the stream goes on over the edge', async () => {
    const abort = new AbortController()
    const headers = { accept: 'text/event-stream', 'last-event-id': before }
    const { body } = await fetch(`${api.baseUrl}/api/v1/messages`, { headers, signal: abort.signal })
    let text = ''
    for await (const chunk of body ?? []) {
      text += new TextDecoder().decode(chunk as Uint8Array)
      if (text.includes(`id: ${cursors.at(-1)}`)) break
    }
    expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual(cursors)
    abort.abort()
  })

  it('a gate is decided', async () => {
    const other = await api.create('/receivers', buildReceiver())
    const group = await api.create('/groups', buildGroup([receiver, other]))
    const artifact = { name: 'gated' }
    for (const [id, success] of [
      [receiver, true],
      [other, false],
      [other, true],
    ] as const)
      await api.create('/events', buildEvent(id, { ...artifact, success }))
    const completed = async () => (await readFeed(api, before)).filter(({ message }) => message.id === group)
    const [, completion] = await waitFor('the completion', async () => {
      const found = await completed()
      return found.length === 2 && found
    })
    expect(completion?.message.name).toBe('gated')
  })

  it('an import gives events their places', async () => {
    const event = toNewEvent({ nvrpp: 'imported', receiver, success: true })
    const database = test.database.connect(1)
    const importer = await findActorId(database, IMPORTER)
    expect(await importEvents(database, [{ ...event, nvrpp: nvrppHash(event) }], importer)).toBe(1)
    const [row] = await test.database.connect(1).query<{ seq: string }>('select max(seq) as seq from events')
    expect(BigInt(row?.seq ?? 0)).toBeGreaterThan(edge)
  })

  it('the relay publishes, marks and goes on, and retention removes what is published', async () => {
    const database = test.database.connect(4)
    const broker = createFakeBroker()
    await database.query("insert into relays (topic, published_cursor) values ('other', $1::bigint)", [
      cursors[4],
    ])
    // By itself: the server that records leads.
    const abort = new AbortController()
    const relay = createRelay({
      database,
      definitions: createDefinitions(database),
      topic: 'epr.test',
      apiPrefix: '/api/v1',
      connect: broker.connect,
      log: { info() {}, warn() {}, error() {} },
    })
    const published = relay.task(abort.signal, {} as Lead)
    const last = (await readFeed(api, before)).at(-1)?.cursor
    const status = await waitFor('the mark', async () => {
      const now = await relay.status()
      return now.published_cursor === last && now
    })
    expect(status.lag).toBe(0)
    expect(broker.records.length).toBe(Number(BigInt(last ?? 0) - BigInt(before)))
    expect((await selectOutboxFacts(database, 'epr.test')).unnumbered).toBe(0)
    abort.abort()
    await published
    const { token } = await readLease(database)
    for (const ageMs of [Number.MAX_SAFE_INTEGER, 1e30])
      expect(await deleteOldMessages(database, { keptMs: ageMs, areProjected: false }, 10, token)).toBe(0)
    expect(await deleteOldMessages(database, { keptMs: 0, areProjected: false }, 100, token)).toBe(5)
    expect((await pageAfter(cursors[4] ?? '')).cursors[0]).toBe(cursors[5])
  })

  it('takes the greatest cursor, and refuses what is none before the database sees it', async () => {
    const END = '9223372036854775807'
    for (const refused of ['9223372036854775808', '99999999999999999999', '1e3', '-1', '1.0', '0x10', '']) {
      const { status, json } = await api.get(`/messages?after=${encodeURIComponent(refused)}`)
      expect([refused, status, json.errors]).toEqual([
        refused,
        400,
        ['after must be a cursor, "latest" or an RFC 3339 time'],
      ])
    }
    expect(await pageAfter(END)).toEqual({ cursors: [], next: END })
  })
})
