import { type Actor, toJsonText } from '@epr/model'
import {
  buildCloudEvent,
  buildEvent,
  buildGroup,
  buildNvrpp,
  buildReceiver,
  createApi,
  waitFor,
} from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createActors } from '../src/access/actors.js'
import type { Principal } from '../src/access/principal.js'
import { findActorId } from '../src/storage/actors.js'
import { insertEvents } from '../src/storage/events.js'
import { createFakeBroker } from './support/fake-publisher.js'
import { addReceiver, toNewEvent } from './support/gate-world.js'
import { startRelayServer } from './support/relay-world.js'
import { startTestApp, type TestApp } from './support/test-app.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

let test: TestApp
let admin: string
let receiver: string
let before: string
const ROOT = { id: 'key:root', type: 'api_key', label: 'root' }

const ask = async (method: string, path: string, key: string, body?: unknown, type = 'application/json') => {
  const response = await fetch(`${test.app.url}/api/v1${path}`, {
    method,
    headers: { 'content-type': type, authorization: `Bearer ${key}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return JSON.parse(await response.text())
}
const createKey = async (name: string, more: object = { admin: true }): Promise<string> =>
  (await ask('POST', '/keys', admin, { name, ...more })).data.key
const graphql = async (query: string) => (await ask('POST', '/graphql/query', admin, { query })).data

beforeAll(async () => {
  test = await startTestApp()
  receiver = await test.api.create('/receivers', buildReceiver({ name: 'tests', type: 'shop.tested' }))
  before = await test.api.create('/events', buildEvent(receiver, { name: 'before' }))
  admin = (await test.api.post('/keys', { name: 'root', admin: true })).json.data.key
})
afterAll(() => test.close())

/** Every way in by which an event is recorded, each with the artifact of a name. */
const WAYS: Record<string, (name: string, key: string) => Promise<unknown>> = {
  'POST /events': (name, key) => ask('POST', '/events', key, buildEvent(receiver, { name })),
  'POST /events, with a query': (name, key) => ask('POST', '/events?', key, buildEvent(receiver, { name })),
  'POST /events/batch': (name, key) => ask('POST', '/events/batch', key, [buildEvent(receiver, { name })]),
  'a CloudEvent': (name, key) =>
    ask(
      'POST',
      `/cloudevents?receiver=${receiver}`,
      key,
      buildCloudEvent({ eprname: name }),
      'application/cloudevents+json',
    ),
  'a batch of CloudEvents': (name, key) =>
    ask(
      'POST',
      `/cloudevents?receiver=${receiver}`,
      key,
      [buildCloudEvent({ eprname: name })],
      'application/cloudevents-batch+json',
    ),
  'a CloudEvent in binary mode': async (name, key) => {
    const { data, ...attributes } = buildCloudEvent({ eprname: name })
    const headers = Object.entries(attributes).map(([attribute, value]) => [`ce-${attribute}`, String(value)])
    await fetch(`${test.app.url}/api/v1/cloudevents?receiver=${receiver}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${key}`,
        ...Object.fromEntries(headers),
      },
      body: JSON.stringify(data),
    })
  },
  GraphQL: (name, key) => {
    const query = 'mutation ($event: CreateEventInput!) { create_event(event: $event) }'
    const variables = { event: buildEvent(receiver, { name }) }
    return ask('POST', '/graphql/query', key, { query, variables })
  },
}

describe('an event', () => {
  it.each(Object.entries(WAYS))('says who has recorded it, by %s', async (way, record) => {
    const name = `by ${way}`
    const key = await createKey(`key-of-${Object.keys(WAYS).indexOf(way)}`)
    await record(name, key)
    const actor = {
      id: `key:key-of-${Object.keys(WAYS).indexOf(way)}`,
      type: 'api_key',
      label: `key-of-${Object.keys(WAYS).indexOf(way)}`,
    }
    const { data: list } = await ask('GET', `/events?name=${encodeURIComponent(name)}`, admin)
    expect(list.map((event: { actor: Actor }) => event.actor)).toEqual([actor])
    const { data: got } = await ask('GET', `/events/${list[0].id}`, admin)
    expect(got[0].actor).toEqual(actor)
    expect(Object.keys(got[0]).slice(-3)).toEqual(['event_receiver_id', 'actor', 'EventReceiver'])
    const found = await graphql(
      `{ events(event: {name: ${JSON.stringify(name)}}) { actor { id type label } }
         events_by_id(id: "${list[0].id}") { actor { id } } }`,
    )
    expect(found).toEqual({ events: [{ actor }], events_by_id: [{ actor: { id: actor.id } }] })
    const entry = await waitFor('its message', async () => {
      const { data } = await ask('GET', '/messages?limit=1000', admin)
      return data.find(({ message }: { message: { name: string } }) => message.name === name)
    })
    expect(entry.actor).toEqual(actor)
    expect(entry.message.data.events[0]).not.toHaveProperty('actor')
  })

  it('says nobody where nobody was asked', async () => {
    expect((await ask('GET', `/events/${before}`, admin)).data[0].actor).toBeNull()
    expect(await graphql('{ events(event: {name: "before"}) { actor { id } } }')).toEqual({
      events: [{ actor: null }],
    })
    const { data } = await ask('GET', '/messages?limit=2', admin)
    expect(data.map(({ actor }: { actor: unknown }) => actor)).toEqual([null, null])
  })

  it('of whoever shows no key, where a policy lets them in, is of somebody unknown', async () => {
    await ask('PUT', '/policies/all', admin, { who: [{ anonymous: true }], may: [{ record: ['tests'] }] })
    const id = await createApi(test.app.url).create('/events', buildEvent(receiver))
    await ask('DELETE', '/policies/all', admin)
    const actor = { id: 'anonymous', type: 'anonymous', label: 'anonymous' }
    expect((await ask('GET', `/events/${id}`, admin)).data[0].actor).toEqual(actor)
  })
})

it('a stream says who did what its messages are about', async () => {
  const abort = new AbortController()
  const response = await fetch(`${test.app.url}/api/v1/messages?after=latest`, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${admin}` },
    signal: abort.signal,
  })
  const reader = (response.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream())
    .getReader()
  await ask('POST', '/events', admin, buildEvent(receiver, { name: 'streamed' }))
  let text = ''
  while (!text.includes('streamed')) text += (await reader.read()).value
  abort.abort()
  const comment = text.split('\n').find((line) => line.startsWith(': {'))
  expect(JSON.parse(comment?.slice(2) ?? '')).toMatchObject({ actor: ROOT })
})

it('a gate says who decided, receiver by receiver', async () => {
  const other = (await ask('POST', '/receivers', admin, buildReceiver({ name: 'scan' }))).data
  const group = (await ask('POST', '/groups', admin, buildGroup([receiver, other]))).data
  const nvrpp = buildNvrpp()
  const ann = await createKey('ann')
  await ask('POST', '/events', admin, { ...buildEvent(receiver), ...nvrpp })
  await ask('POST', '/events', ann, { ...buildEvent(receiver, { success: false }), ...nvrpp })
  const { data } = await ask('GET', `/groups/${group}/status?${new URLSearchParams(nvrpp)}`, admin)
  const actor = { id: 'key:ann', type: 'api_key', label: 'ann' }
  expect(data[0].receivers.map((each: { actor: Actor | null }) => each.actor)).toEqual([actor, null])
  const fields = Object.entries(nvrpp).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  const status = await graphql(
    `{ event_receiver_group_status(id: "${group}", nvrpp: {${fields}}) { receivers { actor { id } } } }`,
  )
  expect(status.event_receiver_group_status.receivers).toEqual([
    { actor: { id: 'key:ann' } },
    { actor: null },
  ])
})

it('what is defined and switched says who did it, in the feed and in the audit list', async () => {
  const ben = await createKey('ben')
  const made = (await ask('POST', '/receivers', ben, buildReceiver({ schema: { title: 'long' } }))).data
  const group = (await ask('POST', '/groups', ben, buildGroup([made]))).data
  await ask('PATCH', `/groups/${group}`, ben, { enabled: false })
  const entries = await waitFor('the messages', async () => {
    const { data } = await ask('GET', '/messages?limit=1000', admin)
    const found = data.filter(({ message }: { message: { id: string } }) =>
      [made, group].includes(message.id),
    )
    return found.length === 3 && found
  })
  expect(entries.map(({ actor }: { actor: Actor }) => actor.id)).toEqual(['key:ben', 'key:ben', 'key:ben'])
  const { data, next } = await ask('GET', '/audit?limit=3', admin)
  expect(next).toBe(data[2].id)
  expect(data.map(({ actor, act, object }: Record<string, string>) => [actor, act, object])).toEqual([
    ['key:ben', 'group.disable', group],
    ['key:ben', 'group.create', group],
    ['key:ben', 'receiver.create', made],
  ])
  expect(data[0]).toMatchObject({ before: { enabled: true }, after: { enabled: false } })
  expect(data[2]).toMatchObject({ before: null, after: { name: 'foo-cli' }, request_id: expect.any(String) })
  expect(data[2].after).not.toHaveProperty('schema')
  const rest = await ask('GET', `/audit?limit=1000&after=${next}`, admin)
  expect([rest.data[0].id < next, rest.next]).toEqual([true, undefined])
})

it('credentials that are refused stand in the audit list, together', async () => {
  const key = await createKey('gone', {})
  await ask('DELETE', '/keys?name=gone', admin)
  for (let each = 0; each < 20; each++) await ask('GET', '/events', key)
  const entry = await waitFor('the entry', async () => {
    const { data } = await ask('GET', '/audit', admin)
    return data.find(({ act }: { act: string }) => act === 'credential.refuse')
  })
  expect(Object.keys(entry.after.keys)).toEqual([key.slice(5, 13)])
  expect(JSON.stringify(entry)).not.toContain(key)
})

describe('a label', () => {
  it('is erased for good, and the id stays', async () => {
    const key = await createKey('cyd')
    const id = (await ask('POST', '/events', key, buildEvent(receiver))).data
    expect(await ask('DELETE', '/actors/key%3Acyd/label', admin)).toEqual({ data: null })
    const actor = { id: 'key:cyd', type: 'api_key', label: null }
    expect((await ask('GET', `/events/${id}`, admin)).data[0].actor).toEqual(actor)
    const later = (await ask('POST', '/events', key, buildEvent(receiver))).data
    expect((await ask('GET', `/events/${later}`, admin)).data[0].actor).toEqual(actor)
    const { data } = await ask('GET', '/audit?limit=1', admin)
    expect(data[0]).toMatchObject({ actor: 'key:root', act: 'actor.erase', object: 'key:cyd' })
    // Nor is it written down with another job of the same caller.
    const connection = test.database.connect(1)
    await findActorId(connection, {
      principal: 'key:cyd',
      type: 'api_key',
      issuer: '',
      subject: 'cyd',
      label: 'cyd',
      claims: { run_id: '2' },
    })
    const labels = await connection.query("select label from actors where principal = 'key:cyd'")
    expect(labels).toEqual([{ label: null }, { label: null }])
  })

  it('of nobody is not found', async () => {
    expect((await ask('DELETE', '/actors/key:nobody/label', admin)).error.code).toBe('NOT_FOUND')
  })
})

describe('in the database', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())

  const actor = {
    type: 'service_account',
    issuer: 'https://ci.example',
    subject: 'repo',
    label: 'acme/shop',
    claims: { run_id: '1', ref: 'main' },
  } as const
  const principal: Principal = { id: 'ci:main:1', kind: 'key', label: 'x', isKnown: true, grants: [], actor }

  it('an actor has one row, though several servers write it at once, and is asked for once', async () => {
    const servers = Array.from({ length: 4 }, () => {
      const pool = database.connect(4)
      let queries = 0
      const counting = {
        ...pool,
        query: (...args: Parameters<typeof pool.query>) => {
          queries++
          return pool.query(...args)
        },
      } as typeof pool
      return { actors: createActors(counting), count: () => queries }
    })
    const ids = await Promise.all(
      servers.flatMap(({ actors }) =>
        Array.from({ length: 50 }, () => actors.idOf({ ...principal, actor: { ...actor } })),
      ),
    )
    expect(new Set(ids).size).toBe(1)
    const [rows] = await database.connect(1).query<{ count: number }>('select count(*)::int from actors')
    expect(rows?.count).toBe(1)
    for (const { actors, count } of servers) {
      const asked = count()
      expect(asked).toBeLessThanOrEqual(2)
      await actors.idOf(principal)
      expect(actors.idOf(principal)).toBe(ids[0])
      expect(count()).toBe(asked)
    }
    const other = { ...principal, actor: { ...actor, claims: { run_id: '2', ref: 'main' } } }
    expect(await servers[0]?.actors.idOf(other)).not.toBe(ids[0])
  })

  it('a message on Kafka says it in its headers, and has the value that it had before', async () => {
    const pool = database.connect(8)
    const at = await addReceiver(pool)
    const actor_id = await findActorId(pool, { principal: principal.id, ...actor })
    const event = { ...toNewEvent({ nvrpp: 'n', receiver: at, success: true }), payload: toJsonText('[1]') }
    const unasked = toNewEvent({ nvrpp: 'n', receiver: at, success: true })
    await insertEvents(pool, [{ events: [{ ...event, actor_id }] }])
    await insertEvents(pool, [{ events: [unasked] }])
    const broker = createFakeBroker()
    const server = startRelayServer(pool, broker.connect)
    try {
      await waitFor('the messages', () => broker.records.length === 2)
    } finally {
      await server.stop()
    }
    const [first, second] = broker.records
    expect(first?.headers).toMatchObject({ ce_authtype: 'service_account', ce_authid: 'ci:main:1' })
    expect(Object.keys(second?.headers ?? {}).filter((name) => name.startsWith('ce_auth'))).toEqual([])
    const [{ created_at: receiverCreated = '' } = {}] = await pool.query<{ created_at: string }>(
      'select created_at from event_receivers',
    )
    const nvrpp = '"name":"n","version":"1","release":"1","platform_id":"p","package":"k"'
    const nested = `"id":"${at}","name":"n","type":"t","version":"1","description":"d"`
    const rest = `"fingerprint":"","created_at":"${receiverCreated}"`
    expect(first?.value).toBe(
      `{"success":true,"id":"${event.id}","specversion":"1.0","type":"t","source":"epr","api_version":"v1",${nvrpp},"data":{` +
        `"events":[{"id":"${event.id}",${nvrpp},"description":"d","payload":[1],"success":true,"created_at":"${storedTime(event.created_at)}",` +
        `"event_receiver_id":"${at}","EventReceiver":{${nested},${rest}}}],` +
        `"event_receivers":[{${nested},"schema":{},${rest}}],"event_receiver_groups":[]}}`,
    )
  })
})

/** As PostgreSQL writes it: without zeros at its end. */
const storedTime = (time: string): string => time.replace(/\.?0+Z$/, 'Z')
