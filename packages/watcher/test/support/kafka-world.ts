import { nvrppKey } from '@epr/model'
import { buildMessage } from '@epr/testing'
import { waitFor } from '@epr/testkit'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import type { Log } from '../../src/log.js'
import type { Watcher } from '../../src/watcher.js'

/** A topic of a test's own, and what a test does to it. */

export const createKafka = (brokers: string): Kafka =>
  new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 20 } })

export const newName = () => `epr.watch.${crypto.randomUUID()}`

/** Says nothing, unless WATCHER_LOG is set. */
const tell = (level: string) => (fields: object, text: string) => {
  if (process.env.WATCHER_LOG) process.stderr.write(`${level} ${text} ${JSON.stringify(fields)}\n`)
}
export const testLog: Log = {
  debug: tell('debug'),
  info: tell('info'),
  warn: tell('warn'),
  error: tell('error'),
}

export interface TestRecord {
  key?: string | null
  value: string | Buffer | null
  headers?: Record<string, string>
  partition?: number
}

export async function createTopic(
  brokers: string,
  topic: string,
  numPartitions: number,
  configEntries: { name: string; value: string }[] = [],
): Promise<void> {
  const admin = createKafka(brokers).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions, configEntries }], waitForLeaders: true })
  await admin.disconnect()
}

const CHUNK = 1_000

export async function produce(brokers: string, topic: string, records: readonly TestRecord[]): Promise<void> {
  const producer = createKafka(brokers).producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  for (let at = 0; at < records.length; at += CHUNK) {
    const messages = records.slice(at, at + CHUNK).map((record) => ({ key: null, ...record }))
    await producer.send({ topic, messages })
  }
  await producer.disconnect()
}

/** A record as the server makes it, with the number `n` in its payload. */
export function toTestRecord(n: number, artifact: string, fields: object = {}): TestRecord {
  const message = buildMessage({ name: artifact, payload: { n, ...fields } })
  return { key: nvrppKey(message), value: JSON.stringify(message), headers: { ce_id: `ce-${n}` } }
}

/** Committed and end offset of every partition. */
export async function readOffsets(brokers: string, topic: string, groupId: string) {
  const admin = createKafka(brokers).admin()
  await admin.connect()
  try {
    const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
    const ends = await admin.fetchTopicOffsets(topic)
    return ends.map(({ partition, high }) => ({
      partition,
      end: high,
      committed: committed?.partitions.find((one) => one.partition === partition)?.offset,
    }))
  } finally {
    await admin.disconnect()
  }
}

export const waitForReady = (watcher: Watcher, timeoutMs = 60_000) =>
  waitFor('the watcher to be ready', () => watcher.metrics().ready, timeoutMs)
