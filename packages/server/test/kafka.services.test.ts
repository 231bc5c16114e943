import { readFile } from 'node:fs/promises'
import { buildEvent, buildReceiver, kafkaBrokers, kafkaHome, startKafka, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKafkaPublisher, type KafkaOptions } from '../src/relay/kafka-publisher.js'
import type { PublishRecord } from '../src/relay/publisher.js'
import { createKafka, readTopicUntil } from './support/kafka-topic.js'
import { describePublisherContract } from './support/publisher-contract.js'
import { startTestApp } from './support/test-app.js'

const brokers = kafkaBrokers() ?? ''
const home = kafkaHome() ?? ''
const log = { debug() {}, info() {} }
const newTopic = () => `epr.test.${crypto.randomUUID()}`
const never = new AbortController().signal

const connect = (options: Partial<KafkaOptions> = {}) =>
  createKafkaPublisher({ brokers: brokers.split(','), topic: newTopic(), log, ...options })(never)
const record: PublishRecord = { key: Buffer.from('k'), value: Buffer.from('{}'), headers: {} }

describe.skipIf(!brokers)('on Kafka (EPR_TEST_BROKERS, or EPR_TEST_KAFKA_HOME)', () => {
  describePublisherContract('Kafka', async () => {
    const topic = newTopic()
    return {
      connect: createKafkaPublisher({ brokers: brokers.split(','), topic, log }),
      read: (count) => readTopicUntil(brokers, topic, ({ length }) => length >= count),
    }
  })

  it('creates a topic that is missing, with the partitions that the broker gives by default', async () => {
    const topic = newTopic()
    const lines: string[] = []
    const info = (_: object, text: string) => void lines.push(text)
    for (const _ of [1, 2]) await (await connect({ topic, log: { ...log, info } })).close()
    const admin = createKafka(brokers).admin()
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    await admin.disconnect()
    expect(topics[0]?.partitions.length).toBeGreaterThan(0)
    expect(lines).toEqual([`created topic ${topic} with the broker's defaults`])
  })

  it('is found by the second try when the first broker of the list is away', async () => {
    const topic = newTopic()
    const connectAny = createKafkaPublisher({ brokers: ['127.0.0.1:1', ...brokers.split(',')], topic, log })
    await expect(connectAny(never)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await (await connectAny(never)).close()
  })

  it('gets events over HTTP, a large one as a reference, and /healthz/status tells how far it is', async () => {
    const topic = newTopic()
    const { api, app, close } = await startTestApp({ brokers: brokers.split(','), topic })
    try {
      const receiver = await api.create('/receivers', buildReceiver())
      const payload = { text: 'x'.repeat(2_000_000) }
      const large = await api.create('/events', buildEvent(receiver, { payload }))
      const small = await api.create('/events', buildEvent(receiver))
      const records = await readTopicUntil(brokers, topic, ({ length }) => length === 3)
      const of = (id: string) => records.find(({ headers }) => headers.ce_id === id)
      expect(of(large)?.headers.ce_dataref).toBe(`/api/v1/events/${large}`)
      expect(JSON.parse(of(small)?.value ?? '').data.events[0].payload).toEqual({ name: 'joe' })
      const relay = await waitFor('the mark', async () => {
        const answer = await fetch(`${app.url}/healthz/status`)
        const status = (await answer.json()) as { relay: { lag: number } }
        return status.relay.lag === 0 && status.relay
      })
      expect(relay).toMatchObject({ state: 'publishing', topic, published: 3, references: 1, skipped: 0 })
    } finally {
      await close()
    }
  })
})

describe.skipIf(!home)('on a Kafka that asks who comes (needs EPR_TEST_KAFKA_HOME)', () => {
  let kafka: Awaited<ReturnType<typeof startKafka>>
  beforeAll(async () => {
    kafka = await startKafka({ home, secure: true })
  })
  afterAll(() => kafka?.stop())

  it('publishes with PLAIN, and with SCRAM over TLS', async () => {
    const { allowed, saslPlain, saslTls, ca } = kafka.secure
    const topic = newTopic()
    const ways: Partial<KafkaOptions>[] = [
      { brokers: [saslPlain], sasl: { mechanism: 'PLAIN', ...allowed } },
      { brokers: [saslTls], sasl: { mechanism: 'SCRAM', ...allowed }, tls: { ca: await readFile(ca) } },
    ]
    for (const way of ways) {
      const publisher = await connect({ ...way, topic })
      await publisher.publish([record])
      await publisher.close()
    }
    expect(await readTopicUntil(kafka.brokers, topic, ({ length }) => length === 2)).toHaveLength(2)
  })

  it('says what stands in the way, without saying a password', async () => {
    const { allowed, forbidden, saslPlain, saslTls } = kafka.secure
    const lines: string[] = []
    const debug = (fields: object, text: string) => void lines.push(JSON.stringify(fields) + text)
    const withLog = (options: Partial<KafkaOptions>) => connect({ ...options, log: { ...log, debug } })
    const wrong = { ...allowed, password: 'wrong-secret' }
    const attempts: [Partial<KafkaOptions>, RegExp][] = [
      [{ brokers: [saslPlain], sasl: { mechanism: 'PLAIN', ...forbidden } }, /authorized/i],
      [{ brokers: [saslPlain], sasl: { mechanism: 'PLAIN', ...wrong } }, /authentication failed/i],
      [{ brokers: [saslTls], sasl: { mechanism: 'SCRAM', ...allowed }, tls: {} }, /self.signed/],
    ]
    for (const [options, reason] of attempts) {
      const error: unknown = await withLog(options).catch((error: unknown) => error)
      expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(reason) })
    }
    expect(lines.join()).not.toMatch(/secret/)
  })
})
