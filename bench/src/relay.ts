import { buildEvent, type KafkaBroker, startServer, waitFor } from '@epr/testkit'
import type { Message } from 'kafkajs'
import { createKafka, createTopic, newTopic } from './broker.js'
import { type Figure, toFigure } from './figure.js'
import { alternate } from './rounds.js'
import { createWorld, type World } from './world.js'

const EVENTS = 10_000
const BATCH = 500
const PARTITIONS = 6

/** Fills the feed with what is to be published. */
async function recordEvents({ api, receivers }: World): Promise<void> {
  for (let from = 0; from < EVENTS; from += BATCH) {
    const events = Array.from({ length: BATCH }, (_, index) =>
      buildEvent(receivers[index % receivers.length] ?? ''),
    )
    await api.post('/events/batch', events)
  }
}

interface RelayStatus {
  published: number
  lag: number
}

/** A server whose topic is new publishes all that is kept in the feed. @returns messages per second */
async function publishAll(directory: string, brokers: string, topic: string): Promise<number> {
  const server = await startServer({ args: ['--db', directory, '--brokers', brokers, '--topic', topic] })
  const read = async (): Promise<RelayStatus> =>
    ((await (await fetch(`${server.url}/healthz/status`)).json()) as { relay: RelayStatus }).relay
  try {
    let first: { at: number; published: number } | undefined
    let last = { at: 0, published: 0 }
    await waitFor(
      'the relay to publish all',
      async () => {
        const { published, lag } = await read()
        last = { at: performance.now(), published }
        if (published > 0) first ??= last
        return published > 0 && lag === 0
      },
      60_000,
    )
    if (!first || last.published === first.published) throw new Error('the relay was done before it was seen')
    return ((last.published - first.published) * 1_000) / (last.at - first.at)
  } finally {
    await server.stop()
  }
}

/** What the relay has put on a topic, to be sent once more by a bare producer. */
async function readTopic(broker: KafkaBroker, topic: string): Promise<Message[]> {
  const consumer = createKafka(broker).consumer({ groupId: newTopic(), maxWaitTimeInMs: 100 })
  const messages: Message[] = []
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const { key, value, headers = {} } of batch.messages) messages.push({ key, value, headers })
    },
  })
  await waitFor('all that was published', () => messages.length >= EVENTS, 60_000)
  await consumer.disconnect()
  return messages
}

/** Batches as large as the relay's, acknowledged by all replicas, one after another. */
async function produceAll(broker: KafkaBroker, messages: readonly Message[]): Promise<number> {
  const kafka = createKafka(broker)
  const topic = newTopic()
  await createTopic(kafka, topic, PARTITIONS)
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, acks: -1, messages: messages.slice(0, 1) })
  const startedAt = performance.now()
  for (let from = 0; from < messages.length; from += BATCH)
    await producer.send({ topic, acks: -1, messages: messages.slice(from, from + BATCH) })
  const seconds = (performance.now() - startedAt) / 1_000
  await producer.disconnect()
  return messages.length / seconds
}

/** The relay against a producer that has its messages in memory, on a new data directory. */
export async function measureRelay(directory: string, broker: KafkaBroker, rounds: number): Promise<Figure> {
  const world = await createWorld(directory)
  await recordEvents(world)
  await world.close()
  const kafka = createKafka(broker)
  const publish = async () => {
    const topic = newTopic()
    await createTopic(kafka, topic, PARTITIONS)
    return { topic, perSecond: await publishAll(directory, broker.brokers, topic) }
  }
  const messages = await readTopic(broker, (await publish()).topic)
  const measured = await alternate(
    rounds,
    async () => (await publish()).perSecond,
    () => produceAll(broker, messages),
  )
  return toFigure(
    {
      name: 'relay to Kafka, against a bare producer',
      unit: '/s',
      must: 0.8,
      better: 'higher',
      binding: false,
    },
    measured,
  )
}
