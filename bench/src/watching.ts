import { setTimeout as delay } from 'node:timers/promises'
import { buildEvent, createApi, type KafkaBroker, startServer, waitFor } from '@epr/testkit'
import { createWatcher, feedSource, kafkaSource, type MessageSource } from '@epr/watcher'
import type { Kafka } from 'kafkajs'
import { createKafka, createTopic, newTopic } from './broker.js'
import { type Figure, median, toFigure } from './figure.js'
import { alternate } from './rounds.js'

const PARTITIONS = 6
const PAUSE_MS = 20
const TYPE = 'epr.bench.built'
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** When things that have an id were accepted, and when a handler was called with them. */
function createClock() {
  const accepted = new Map<string, number>()
  const handled = new Map<string, number>()
  return {
    accept: (id: string) => void accepted.set(id, performance.now()),
    handle: (id: string) => void handled.set(id, performance.now()),
    /** The median time between the two. A handler may be called before the answer is here: that counts as 0. */
    async medianMs(count: number): Promise<number> {
      await waitFor('every message', () => handled.size >= count, 30_000)
      return median([...accepted].map(([id, at]) => Math.max(0, (handled.get(id) ?? Number.NaN) - at)))
    },
  }
}

/** From the server's 200 to the handler's call, through a watcher of `source`; p50, milliseconds. */
async function timeWatcher(
  source: MessageSource,
  count: number,
  post: () => Promise<string>,
): Promise<number> {
  const clock = createClock()
  const watcher = createWatcher({
    source,
    match: ({ type }) => type === TYPE,
    handle: ({ id }) => clock.handle(id),
    log: silent,
  })
  const ended = watcher.run()
  await waitFor('the watcher to consume', () => watcher.metrics().ready, 30_000)
  for (let n = 0; n < count; n++) {
    clock.accept(await post())
    await delay(PAUSE_MS)
  }
  const result = await clock.medianMs(count)
  await watcher.stop()
  await ended
  return result
}

/** From a bare producer's acknowledgement to the call of a bare consumer; p50, milliseconds. */
async function timeBare(kafka: Kafka, count: number): Promise<number> {
  const clock = createClock()
  const topic = newTopic()
  await createTopic(kafka, topic, PARTITIONS)
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 400 })
  await Promise.all([producer.connect(), consumer.connect()])
  await consumer.subscribe({ topic, fromBeginning: true })
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.run({
    eachMessage: async ({ message }) => clock.handle(String(message.key)),
  })
  await joined
  for (let n = 0; n < count; n++) {
    const id = crypto.randomUUID()
    const event = JSON.stringify(buildEvent(id))
    await producer.send({ topic, acks: -1, messages: [{ key: id, value: event }] })
    clock.accept(id)
    await delay(PAUSE_MS)
  }
  const result = await clock.medianMs(count)
  await Promise.all([producer.disconnect(), consumer.disconnect()])
  return result
}

/** How long after an event's 200 its handler is called, by either source, beside Kafka alone. */
export async function measureWatchers(
  directory: string,
  broker: KafkaBroker,
  rounds: number,
  calls: number,
): Promise<Figure[]> {
  const topic = newTopic()
  const kafka = createKafka(broker)
  await createTopic(kafka, topic, PARTITIONS)
  const brokers = [broker.brokers]
  const server = await startServer({
    args: ['--db', directory, '--brokers', broker.brokers, '--topic', topic],
  })
  const api = createApi(server.url)
  const receiver = await api.create('/receivers', {
    ...{ name: 'bench', type: TYPE, version: '1', description: 'built', schema: {} },
  })
  const post = () => api.create('/events', buildEvent(receiver))
  const bare = () => timeBare(kafka, calls)
  const kafkaWatcher = () =>
    timeWatcher(kafkaSource({ brokers, topics: [topic], groupId: newTopic() }), calls, post)
  const feedWatcher = () => {
    const name = crypto.randomUUID()
    const files = { cursorFile: `${directory}/${name}.cursor`, deadLetterFile: `${directory}/${name}.dlt` }
    return timeWatcher(feedSource({ url: server.url, name, fromLatest: true, ...files }), calls, post)
  }
  // Nobody has set a bound: within what people take for at once.
  const spec = { unit: 'ms', must: 100, better: 'lower' as const, binding: false }
  try {
    return [
      toFigure(
        { ...spec, name: 'from the 200 to the handler, by Kafka, against a bare producer and consumer' },
        await alternate(rounds, kafkaWatcher, bare),
      ),
      toFigure(
        { ...spec, name: 'from the 200 to the handler, by the feed, against a bare producer and consumer' },
        await alternate(rounds, feedWatcher, bare),
      ),
    ]
  } finally {
    await server.stop()
  }
}

const MESSAGES = 60_000
const CHUNK = 1_000
/** What the watcher fetches at once by default, so that both are held up by the broker alike. */
const FETCH_BYTES = 262_144

function buildMessages(count: number) {
  return Array.from({ length: count }, (_, n) => {
    const nvrpp = {
      name: `artifact-${n % 1_000}`,
      version: '1',
      release: '1',
      platform_id: 'p',
      package: 'k',
    }
    const event = {
      ...{ id: String(n), ...nvrpp, description: 'd', success: true, event_receiver_id: 'r' },
      ...{ payload: { n, filler: 'x'.repeat(600) }, created_at: '2026-11-23T00:00:00Z' },
    }
    const message = {
      ...{ id: String(n), success: true, specversion: '1.0', type: TYPE, source: 'epr', api_version: 'v1' },
      ...{ ...nvrpp, data: { events: [event], event_receivers: [], event_receiver_groups: [] } },
    }
    return { key: nvrpp.name, value: JSON.stringify(message), headers: { ce_id: String(n) } }
  })
}

/** @param maxBytesPerPartition nothing: what kafkajs does by itself */
async function consumeBare(kafka: Kafka, topic: string, maxBytesPerPartition?: number): Promise<number> {
  const consumer = kafka.consumer({
    groupId: newTopic(),
    maxWaitTimeInMs: 400,
    ...(maxBytesPerPartition !== undefined && { maxBytesPerPartition }),
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  let seen = 0
  let startedAt = 0
  await consumer.run({
    partitionsConsumedConcurrently: PARTITIONS,
    eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
      startedAt ||= performance.now()
      for (const { value, offset } of batch.messages) {
        JSON.parse(String(value))
        resolveOffset(offset)
        seen++
      }
      await heartbeat()
    },
  })
  await waitFor('all messages', () => seen >= MESSAGES, 60_000)
  const perSecond = (MESSAGES * 1_000) / (performance.now() - startedAt)
  await consumer.disconnect()
  return perSecond
}

async function watchAll(broker: KafkaBroker, topic: string): Promise<number> {
  let startedAt = 0
  const watcher = createWatcher({
    source: kafkaSource({
      brokers: [broker.brokers],
      topics: [topic],
      groupId: newTopic(),
      fromBeginning: true,
    }),
    match() {
      startedAt ||= performance.now()
      return true
    },
    handle() {},
    log: silent,
  })
  const ended = watcher.run()
  await waitFor('all messages', () => watcher.metrics().processed >= MESSAGES, 60_000)
  const perSecond = (MESSAGES * 1_000) / (performance.now() - startedAt)
  await watcher.stop()
  await ended
  return perSecond
}

/** A watcher whose handler does nothing, beside a loop that parses and does nothing. */
export async function measureThroughput(broker: KafkaBroker, rounds: number): Promise<Figure[]> {
  const kafka = createKafka(broker)
  const topic = newTopic()
  await createTopic(kafka, topic, PARTITIONS)
  const producer = kafka.producer()
  await producer.connect()
  const messages = buildMessages(MESSAGES)
  for (let from = 0; from < MESSAGES; from += CHUNK)
    await producer.send({ topic, messages: messages.slice(from, from + CHUNK) })
  await producer.disconnect()
  const spec = { unit: '/s', better: 'higher' as const, binding: false }
  return [
    toFigure(
      { ...spec, name: 'watcher with an empty handler, against a bare eachBatch loop', must: 0.8 },
      await alternate(
        rounds,
        () => watchAll(broker, topic),
        () => consumeBare(kafka, topic, FETCH_BYTES),
      ),
    ),
    toFigure(
      { ...spec, name: 'the same, against a loop with fetches of 1 MiB', must: 0.4 },
      await alternate(
        rounds,
        () => watchAll(broker, topic),
        () => consumeBare(kafka, topic),
      ),
    ),
  ]
}
