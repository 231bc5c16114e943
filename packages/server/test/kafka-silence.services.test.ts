import { nvrppKey } from '@epr/model'
import {
  buildEvent,
  buildGroup,
  buildNvrpp,
  buildReceiver,
  type ClonedDatabase,
  cloneDatabase,
  createApi,
  type FaultyLink,
  type KafkaBroker,
  kafkaHome,
  readFeed,
  type ServerProcess,
  startKafka,
  startServer,
  waitFor,
} from '@epr/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readTopicUntil } from './support/kafka-topic.js'
import { readTopic } from './support/relay-world.js'

/** What may pass until publishing goes on, once the broker can be reached; and a little for a busy machine. */
const BACK_MS = 30_000
const STOP_MS = 10_000
/** No request that records or reads may feel the broker. */
const ANSWER_MS = 2_000

const home = kafkaHome() ?? ''

describe.skipIf(!home)('a broker that falls silent (needs EPR_TEST_KAFKA_HOME)', () => {
  let kafka: KafkaBroker
  let link: FaultyLink
  let database: ClonedDatabase
  let topic: string
  let servers: ServerProcess[]

  beforeAll(async () => {
    kafka = await startKafka({ home, links: 1 })
    link = kafka.links[0] as FaultyLink
  })
  afterAll(() => kafka?.stop())
  beforeEach(async () => {
    database = await cloneDatabase()
    topic = `epr.silence.${crypto.randomUUID()}`
    servers = []
  })
  afterEach(async () => {
    link.heal()
    await Promise.all(servers.map((server) => server.stop('SIGKILL')))
    await database.drop()
  })

  async function start(): Promise<ServerProcess> {
    const args = ['--db', database.url, '--brokers', `127.0.0.1:${link.port}`, '--topic', topic]
    const server = await startServer({ args })
    servers.push(server)
    return server
  }

  interface RelayStatus {
    state: string
    published_cursor: string
    lag: number
  }
  const relayOf = async ({ url }: ServerProcess) =>
    ((await (await fetch(`${url}/healthz/status`)).json()) as { relay: RelayStatus }).relay

  const stateIs = (server: ServerProcess, state: string) =>
    waitFor(`the relay to be ${state}`, async () => (await relayOf(server)).state === state, BACK_MS)

  /** Records pairs of events, each of which opens a gate, until it is stopped. */
  async function startRecording(server: ServerProcess) {
    const api = createApi(server.url)
    const receivers = [
      await api.create('/receivers', buildReceiver()),
      await api.create('/receivers', buildReceiver({ type: 'second' })),
    ]
    await api.create('/groups', buildGroup(receivers, { type: 'gate.open' }))
    const ids: string[] = []
    let slowestMs = 0
    let gates = 0
    let isRunning = true

    async function run(): Promise<void> {
      while (isRunning) {
        const artifact = buildNvrpp({ name: `artifact-${gates++ % 20}`, version: `${gates}` })
        for (const receiver of receivers) {
          const startedAt = performance.now()
          ids.push(await api.create('/events', buildEvent(receiver, artifact)))
          slowestMs = Math.max(slowestMs, performance.now() - startedAt)
        }
      }
    }

    const running = run()
    return {
      ids,
      slowestMs: () => slowestMs,
      gates: () => gates,
      async more(count: number) {
        const enough = ids.length + count
        await waitFor(`${count} events more`, () => ids.length >= enough, 60_000)
      },
      async stop() {
        isRunning = false
        await running
      },
    }
  }

  /** Resolves to how long it took from now until something was published. */
  async function untilPublished(server: ServerProcess): Promise<number> {
    const startedAt = performance.now()
    const { published_cursor: before } = await relayOf(server)
    await waitFor(
      'publishing to go on',
      async () => (await relayOf(server)).published_cursor !== before,
      2 * BACK_MS,
    )
    return performance.now() - startedAt
  }

  /** What the feed has is what the topic has, and the order of each artifact is the same. */
  async function expectTopicToBeWhole(server: ServerProcess, ids: readonly string[]): Promise<void> {
    const feed = await waitFor(
      'everything to be published',
      async () => {
        const { lag, published_cursor } = await relayOf(server)
        const entries = lag === 0 && (await readFeed(createApi(server.url)))
        return entries && entries.at(-1)?.cursor === published_cursor && entries
      },
      60_000,
    )
    const told = new Set(feed.map(({ ce_id }) => ce_id))
    expect(ids.filter((id) => !told.has(id))).toEqual([])
    const records = await readTopicUntil(
      kafka.brokers,
      topic,
      (read) => new Set(read.map(({ headers }) => headers.ce_id)).size >= told.size,
    )
    const expected = new Map<string, string[]>()
    for (const { message, ce_id } of feed) {
      const key = nvrppKey(message)
      expected.set(key, [...(expected.get(key) ?? []), ce_id])
    }
    expect(readTopic(records).firsts).toEqual(expected)
  }

  const ends: Record<string, () => void> = {
    'comes back': () => link.heal(),
    'has forgotten its connections': () => link.forget(),
    'resets its connections': () => {
      link.heal()
      link.cut()
    },
  }

  it.each(Object.keys(ends))(
    'holds up nothing but publishing, which goes on soon after the broker %s',
    async (name) => {
      const server = await start()
      await stateIs(server, 'publishing')
      const recording = await startRecording(server)
      await recording.more(50)

      link.hole()
      await stateIs(server, 'waiting for the broker')
      const { published_cursor: before } = await relayOf(server)
      await recording.more(50)
      const { json } = await createApi(server.url).get(`/messages?after=${before}&limit=1000`)
      const kinds = new Set(json.data.map(({ message }: { message: { type: string } }) => message.type))
      expect(kinds.has('gate.open')).toBe(true)
      expect((await relayOf(server)).published_cursor).toBe(before)

      ends[name]?.()
      expect(await untilPublished(server)).toBeLessThan(BACK_MS)
      await recording.stop()
      expect(recording.slowestMs()).toBeLessThan(ANSWER_MS)
      await expectTopicToBeWhole(server, recording.ids)
    },
  )

  it('goes on soon where an idle connection was forgotten without a word', async () => {
    const server = await start()
    await stateIs(server, 'publishing')
    const recording = await startRecording(server)
    await recording.more(10)
    await recording.stop()
    await expectTopicToBeWhole(server, recording.ids)
    link.forget()
    const published = untilPublished(server)
    const again = await startRecording(server)
    await again.more(10)
    expect(await published).toBeLessThan(BACK_MS)
    await again.stop()
    await expectTopicToBeWhole(server, [...recording.ids, ...again.ids])
  })

  it.each(['publishing', 'waiting for the broker'])(
    'ends within ten seconds of SIGTERM in a hole while it is %s, and the next server publishes the rest',
    async (state) => {
      const server = await start()
      await stateIs(server, 'publishing')
      const recording = await startRecording(server)
      await recording.more(20)
      link.hole()
      await recording.more(20)
      await stateIs(server, state)
      await recording.stop()
      const stoppedAt = performance.now()
      expect(await server.stop()).toBe(0)
      expect(performance.now() - stoppedAt).toBeLessThan(STOP_MS)
      link.forget()
      await expectTopicToBeWhole(await start(), recording.ids)
    },
  )

  it('serves from the start on while the broker is silent, and ends within ten seconds', async () => {
    link.hole()
    const server = await start()
    const recording = await startRecording(server)
    await recording.more(20)
    await recording.stop()
    const stoppedAt = performance.now()
    expect(await server.stop()).toBe(0)
    expect(performance.now() - stoppedAt).toBeLessThan(STOP_MS)
    link.forget()
    await expectTopicToBeWhole(await start(), recording.ids)
  })
})
