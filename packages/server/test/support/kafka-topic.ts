import { waitFor } from '@epr/testkit'
import { Kafka, logLevel } from 'kafkajs'
import type { FakeRecord } from './fake-publisher.js'

export const createKafka = (brokers: string) =>
  new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })

/**
 * Reads a topic from its start until `isEnough` of what it has read, each partition in order.
 *
 * @param isEnough asked after every batch
 */
export async function readTopicUntil(
  brokers: string,
  topic: string,
  isEnough: (records: readonly FakeRecord[]) => boolean,
): Promise<FakeRecord[]> {
  const consumer = createKafka(brokers).consumer({
    groupId: `test-${crypto.randomUUID()}`,
    maxWaitTimeInMs: 200,
  })
  const records: FakeRecord[] = []
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      eachBatch: async ({ batch }) => {
        for (const { key, value, headers = {} } of batch.messages) {
          const texts = Object.entries(headers).map(([name, text]) => [name, String(text)])
          records.push({
            key: String(key),
            value: String(value),
            headers: Object.fromEntries(texts) as Record<string, string>,
          })
        }
      },
    })
    await waitFor('the records of the topic', () => isEnough(records), 60_000)
    return records
  } finally {
    await consumer.disconnect()
  }
}
