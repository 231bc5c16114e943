import { messageSchema, nvrppKey } from '@epr/model'
import {
  buildEvent,
  buildGroup,
  buildNvrpp,
  buildReceiver,
  createApi,
  type KafkaBroker,
  kafkaHome,
  readFeed,
  type ServerProcess,
  startKafka,
  startServer,
  waitFor,
} from '@epr/testkit'
import { Kafka as CloudEvents } from 'cloudevents'
import { afterEach, expect, it } from 'vitest'
import type { FakeRecord } from './support/fake-publisher.js'
import { readTopicUntil } from './support/kafka-topic.js'
import { readTopic } from './support/relay-world.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

const EVENTS = 10_000
const CLIENTS = 32
const ARTIFACTS = 200
const BATCH = 500

const home = kafkaHome() ?? ''
let kafka: KafkaBroker | undefined
let database: TestDatabase | undefined
const servers: ServerProcess[] = []
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop('SIGKILL')))
  await kafka?.stop()
  await database?.drop()
})

async function start(): Promise<ServerProcess> {
  const args = ['--db', database?.url ?? '', '--brokers', kafka?.brokers ?? '', '--topic', 'failover']
  const server = await startServer({ args })
  servers.push(server)
  return server
}

interface Status {
  leader: boolean
  relay: { state: string; published_cursor: string; lag: number }
}

const statusOf = async ({ url }: ServerProcess) =>
  (await (await fetch(`${url}/healthz/status`)).json()) as Status

/** Brings the broker back, and resolves while a server publishes what has piled up meanwhile. */
async function amid(server: ServerProcess, restart: () => Promise<void>): Promise<void> {
  const { relay: before } = await statusOf(server)
  const moving = waitFor('publishing to go on', async () => {
    const { relay } = await statusOf(server)
    return relay.published_cursor !== before.published_cursor
  })
  await Promise.all([moving, restart()])
}

/** Records events over HTTP, on whichever server answers, until so many are acknowledged. */
async function recordAll(receivers: string[], acknowledged: string[]): Promise<void> {
  let next = 0
  async function client(number: number): Promise<void> {
    while (next < EVENTS) {
      const index = next++
      const artifact = buildNvrpp({ name: `artifact-${index % ARTIFACTS}` })
      const receiver = receivers[Math.floor(index / ARTIFACTS) % receivers.length] ?? ''
      const event = buildEvent(receiver, { ...artifact, payload: { index } })
      // One that nobody has answered is recorded again: an event more, which must reach the topic too.
      for (let attempt = number; ; attempt++) {
        const server = servers[attempt % servers.length]
        const answer = await createApi(server?.url ?? '')
          .post('/events', event)
          .catch(() => undefined)
        if (answer?.status !== 200) continue
        acknowledged.push(answer.json.data)
        break
      }
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)))
}

/** A reader who knows the original's JSON and nothing of headers. */
const readValue = ({ value }: FakeRecord) => messageSchema.parse(JSON.parse(value))

it.skipIf(!home)(
  'every message reaches the topic, in order per artifact, through deaths of the broker and of the leading server (needs EPR_TEST_KAFKA_HOME)',
  async () => {
    const broker = await startKafka({ home })
    kafka = broker
    database = await createTestDatabase()
    const leader = await start()
    await waitFor('the first to lead', async () => (await statusOf(leader)).leader)
    const follower = await start()
    const api = createApi(follower.url)
    const receivers = [
      await api.create('/receivers', buildReceiver()),
      await api.create('/receivers', buildReceiver({ type: 'second' })),
    ]
    await api.create('/groups', buildGroup(receivers, { type: 'gate.open' }))

    const acknowledged: string[] = []
    const recorded = recordAll(receivers, acknowledged)
    const reached = (count: number) =>
      waitFor(`${count} answers`, () => acknowledged.length >= count, 120_000)
    await reached(1_500)
    await broker.kill()
    await reached(4_000)
    await amid(leader, () => broker.restart())
    await leader.stop('SIGKILL')
    await reached(6_000)
    await broker.kill()
    await reached(9_000)
    await amid(follower, () => broker.restart())
    await broker.kill()
    await broker.restart()
    await recorded

    const feed = await waitFor(
      'everything to be published',
      async () => {
        const { relay } = await statusOf(follower)
        if (relay.state !== 'publishing' || relay.lag > 0) return false
        const entries = await readFeed(api)
        return relay.published_cursor === entries.at(-1)?.cursor && entries
      },
      120_000,
    )
    const ids = new Set(feed.map(({ ce_id }) => ce_id))
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([])

    const isEnough = (records: readonly FakeRecord[]) =>
      new Set(records.map(({ headers }) => headers.ce_id)).size >= ids.size
    const records = await readTopicUntil(broker.brokers, 'failover', isEnough)
    const expected = new Map<string, string[]>()
    for (const { message, ce_id } of feed) {
      const key = nvrppKey(message)
      expected.set(key, [...(expected.get(key) ?? []), ce_id])
    }
    const { firsts, duplicates } = readTopic(records)
    expect(firsts).toEqual(expected)
    // Three deaths of the broker and one of the server, each with one batch under way.
    expect(duplicates).toBeLessThanOrEqual(4 * BATCH)
    process.stdout.write(`${feed.length} messages, ${duplicates} of them twice\n`)

    const told = new Map(feed.map(({ ce_id, message }) => [ce_id, message]))
    for (const record of records) {
      const cloudEvent = CloudEvents.toEvent({ ...record, body: record.value })
      const message = readValue(record)
      expect(cloudEvent).toMatchObject({
        specversion: '1.0',
        source: 'epr',
        id: record.headers.ce_id,
        type: message.type,
        subject: message.id,
        data: told.get(record.headers.ce_id ?? ''),
      })
      expect(record.key).toBe(nvrppKey(message))
    }
  },
)
