import { randomUUID } from 'node:crypto'
import { kafkaBrokers, waitFor } from '@epr/testkit'
import { createWatcher, kafkaSource } from '@epr/watcher'
import { Kafka, logLevel } from 'kafkajs'
import { expect, it } from 'vitest'
import { runCli } from './harness.js'

const brokers = kafkaBrokers() ?? ''

async function produce(topic: string, value: string | Buffer): Promise<void> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 20 } })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ key: 'k', value }] })
  await producer.disconnect()
}

it.skipIf(!brokers)('lists what a watcher of a topic has put aside (EPR_TEST_BROKERS)', async () => {
  const topic = `epr.cli.${randomUUID()}`
  await produce(topic, Buffer.from([0xff, 0xfe]))
  const watcher = createWatcher({
    source: kafkaSource({
      brokers: brokers.split(','),
      topics: [topic],
      groupId: topic,
      fromBeginning: true,
    }),
    match: () => true,
    handle() {},
  })
  const ended = watcher.run()
  await waitFor('the dead letter', () => watcher.metrics().deadLettered === 1, 30_000)
  await watcher.stop()
  await ended
  const args = ['dead-letter', 'list', '--topic', topic, '--fields', 'all']
  const { code, stdout } = await runCli(args, { env: { EPR_BROKERS: brokers } })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject([
    {
      kind: 'undecodable',
      attempts: 0,
      group: topic,
      origin: { topic, partition: 0, offset: '0' },
      key: 'k',
      value: { base64: '//4=' },
    },
  ])
})
