import { toJsonText } from '@epr/model'
import { waitFor } from '@epr/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createIdentities } from '../src/registry/identity.js'
import type { Database } from '../src/storage/database.js'
import { insertMessage } from '../src/storage/outbox.js'
import { insertReceiver } from '../src/storage/receivers.js'
import { createFakeBroker, type FakeBroker } from './support/fake-publisher.js'
import { addReceiver } from './support/gate-world.js'
import { describePublisherContract } from './support/publisher-contract.js'
import {
  expectedFirsts,
  type RelayServer,
  readTopic,
  recordEvents,
  startRelayServer,
  TOPIC,
} from './support/relay-world.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

describePublisherContract('the fake', async () => {
  const { connect, records } = createFakeBroker()
  return { connect, read: async (count) => records.slice(0, count) }
})

let testDatabase: TestDatabase
let database: Database
let broker: FakeBroker
let receiver: string
const servers: RelayServer[] = []
beforeEach(async () => {
  testDatabase = await createTestDatabase()
  database = testDatabase.connect(8)
  broker = createFakeBroker()
  receiver = await addReceiver(database)
})
afterEach(async () => {
  broker.away = true
  await Promise.all(servers.splice(0).map((server) => server.stop()))
  await testDatabase.drop()
})

function start(on = broker): RelayServer {
  const server = startRelayServer(database, on.connect)
  servers.push(server)
  return server
}

const arrived = (count: number, on = broker) =>
  waitFor(`${count} messages on the topic`, () => readIds(on).size === count)
const readIds = (on: FakeBroker) => new Set(on.records.map(({ headers }) => headers.ce_id))
const publishedCursor = async () =>
  (await database.query<{ cursor: string }>('select published_cursor as cursor from relays'))[0]?.cursor

describe('the relay', () => {
  it('publishes what is there and what comes, in order and once, and says how far it is', async () => {
    const early = await recordEvents(database, receiver, 1_200)
    const server = start()
    await arrived(1_200)
    const late = await recordEvents(database, receiver, 100)
    server.messagesWritten()
    await arrived(1_300)
    const { firsts, duplicates } = readTopic(broker.records)
    expect([firsts, duplicates]).toEqual([expectedFirsts([...early, ...late]), 0])
    const status = await waitFor('the mark', async () => {
      const { lag, ...rest } = await server.relay.status()
      return lag === 0 && rest
    })
    expect(status).toEqual({
      state: 'publishing',
      topic: TOPIC,
      published_cursor: '1300',
      published: 1_300,
      references: 0,
      skipped: 0,
    })
  })

  it.each(['before', 'after'] as const)('begins again with a batch that fails %s arriving', async (when) => {
    const ids = await recordEvents(database, receiver, 1_200)
    broker.failNext(3, when)
    const server = start()
    await arrived(1_200)
    const { firsts, duplicates } = readTopic(broker.records)
    expect(firsts).toEqual(expectedFirsts(ids))
    expect(duplicates).toBe(when === 'before' ? 0 : 3 * 500)
    expect(broker.connections).toBe(4)
    // Before them it may have said that it publishes, when it found nothing to publish yet.
    expect(server.lines.slice(-2)).toEqual([
      `warn cannot publish to ${TOPIC}, messages wait in the database: the broker is away`,
      `info publishing to ${TOPIC}`,
    ])
  })

  it('marks nothing that the broker has not confirmed, and waits without bound', async () => {
    broker.away = true
    await recordEvents(database, receiver, 10)
    const server = start()
    await waitFor('some attempts', () => broker.connections >= 4)
    expect([await publishedCursor(), (await server.relay.status()).lag]).toEqual(['0', 10])
    expect(server.relay.state).toBe('waiting for the broker')
    expect(server.lines).toHaveLength(1)
    broker.away = false
    await arrived(10)
    await waitFor('the mark', async () => (await publishedCursor()) === '10')
    expect(server.lines).toHaveLength(2)
  })

  it('goes on behind its mark after a restart', async () => {
    const early = await recordEvents(database, receiver, 30)
    const first = start()
    await arrived(30)
    await first.stop()
    const late = await recordEvents(database, receiver, 30)
    start()
    await arrived(60)
    expect(readTopic(broker.records)).toEqual({ firsts: expectedFirsts([...early, ...late]), duplicates: 0 })
  })

  it('publishes from one of two servers, and from the other when that one stops', async () => {
    const [first, second] = [start(), start()]
    const ids = await recordEvents(database, receiver, 600)
    await arrived(600)
    const leader = first.isLeading ? first : second
    const other = leader === first ? second : first
    expect([leader.relay.state, other.relay.state]).toEqual(['publishing', 'standby'])
    await leader.stop()
    ids.push(...(await recordEvents(database, receiver, 600)))
    await arrived(1_200)
    expect([leader.relay.state, other.relay.state]).toEqual(['standby', 'publishing'])
    expect(readTopic(broker.records)).toEqual({ firsts: expectedFirsts(ids), duplicates: 0 })
  })

  it('stops soon, and without a mark, while the broker answers nothing', async () => {
    broker.hung = true
    await recordEvents(database, receiver, 10)
    const connecting = start()
    await waitFor('a connection', () => broker.connections === 1)
    await connecting.stop()
    broker.hung = false
    const publishing = start()
    await arrived(10)
    broker.hung = true
    await recordEvents(database, receiver, 10)
    publishing.messagesWritten()
    await waitFor('a batch under way', () => broker.batches === 2)
    const started = performance.now()
    await publishing.stop()
    expect(performance.now() - started).toBeLessThan(4_000)
    expect(await publishedCursor()).toBe('10')
  })
})

describe('a message that the broker does not take', () => {
  it('is published in its place without its payload, with a reference to the whole', async () => {
    const ids = await recordEvents(database, receiver, 20)
    const large = toJsonText(JSON.stringify('x'.repeat(1_500_000)))
    ids.push(...(await recordEvents(database, receiver, 10, large)))
    ids.push(...(await recordEvents(database, receiver, 20)))
    const server = start()
    await arrived(50)
    const { firsts, duplicates } = readTopic(broker.records)
    expect([firsts, duplicates]).toEqual([expectedFirsts(ids), 0])
    const references = broker.records.filter(({ headers }) => headers.ce_dataref)
    expect(references.map(({ headers }) => headers.ce_dataref)).toEqual(
      ids.slice(20, 30).map((id) => `/api/v1/events/${id}`),
    )
    const { data } = JSON.parse(references[0]?.value ?? '')
    expect([data.events[0].payload, data.event_receivers[0].schema]).toEqual([null, {}])
    expect(await server.relay.status()).toMatchObject({ published: 50, references: 10, skipped: 0 })
  })

  it('goes without the schema too when that is what is large', async () => {
    const identity = createIdentities()()
    const schema = toJsonText(JSON.stringify({ description: 'x'.repeat(1_100_000) }))
    const described = { name: 'n', type: 't', version: '1', description: 'd', fingerprint: '' }
    await insertReceiver(database, { ...identity, ...described, schema })
    await insertMessage(database, {
      kind: 'receiver',
      type: 't',
      event_receiver_id: identity.id,
      actor_id: undefined,
    })
    const [event] = await recordEvents(database, identity.id, 1)
    start()
    await arrived(2)
    expect(broker.records.map(({ headers }) => headers.ce_dataref)).toEqual([
      `/api/v1/receivers/${identity.id}`,
      `/api/v1/events/${event}`,
    ])
    for (const { value } of broker.records)
      expect(JSON.parse(value).data.event_receivers[0].schema).toBeNull()
  })

  it('is left out, counted and logged when not even the reference is taken, and blocks nobody', async () => {
    const strict = createFakeBroker(1_000)
    const before = await recordEvents(database, receiver, 5)
    const bulky = await addReceiver(database)
    await database.query('update event_receivers set description = $1 where id = $2', [
      'x'.repeat(2_000),
      bulky,
    ])
    const [left] = await recordEvents(database, bulky, 1)
    const after = await recordEvents(database, receiver, 5)
    const server = start(strict)
    await arrived(10, strict)
    expect(strict.records.map(({ headers }) => headers.ce_id)).toEqual([...before, ...after])
    expect((await server.relay.status()).skipped).toBe(1)
    expect(server.lines.filter((line) => line.startsWith('error'))).toHaveLength(1)
    expect(readIds(strict).has(left ?? '')).toBe(false)
  })

  it('makes later batches smaller when it is the batch that was too large', async () => {
    const modest = createFakeBroker(50_000)
    const ids = await recordEvents(database, receiver, 2_000)
    start(modest)
    await arrived(2_000, modest)
    expect(readTopic(modest.records)).toEqual({ firsts: expectedFirsts(ids), duplicates: 0 })
    const bytes = modest.records.reduce((sum, { value }) => sum + value.length, 0)
    expect(modest.batches).toBeLessThan((4 * bytes) / 50_000)
  })
})
