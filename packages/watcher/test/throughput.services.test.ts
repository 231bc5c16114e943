import { kafkaBrokers, waitFor } from '@epr/testkit'
import { expect, it } from 'vitest'
import { kafkaSource } from '../src/kafka-source.js'
import { createWatcher } from '../src/watcher.js'
import { createKafka, createTopic, newName, produce, testLog, toTestRecord } from './support/kafka-world.js'

const MESSAGES = 60_000
const ROUNDS = 3
const PARTITIONS = 6
/** Beside a loop that fetches as little at once, as the watcher does so that a slow handler holds up little. */
const FETCH_BYTES = 262_144
/** The target is 0.8; less here, because whatever else runs on the machine is measured too. */
const MIN_SHARE = 0.5
const brokers = kafkaBrokers() ?? ''

/** What kafkajs does by itself, when somebody does no more than parse. @returns messages in a second */
async function runBare(topic: string, maxBytesPerPartition: number): Promise<number> {
  const options = { groupId: newName(), maxWaitTimeInMs: 400, maxBytesPerPartition }
  const consumer = createKafka(brokers).consumer(options)
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
  await waitFor('all', () => seen >= MESSAGES, 60_000)
  const rate = (MESSAGES / (performance.now() - startedAt)) * 1_000
  await consumer.disconnect()
  return rate
}

async function runWatcher(topic: string, matches: boolean): Promise<number> {
  let startedAt = 0
  const watcher = createWatcher({
    source: kafkaSource({
      brokers: brokers.split(','),
      topics: [topic],
      groupId: newName(),
      fromBeginning: true,
    }),
    match: () => {
      startedAt ||= performance.now()
      return matches
    },
    handle() {},
    log: testLog,
  })
  void watcher.run()
  const count = () => (matches ? watcher.metrics().processed : watcher.metrics().received)
  await waitFor('all', () => count() >= MESSAGES, 60_000)
  const rate = (MESSAGES / (performance.now() - startedAt)) * 1_000
  await watcher.stop()
  return rate
}

const best = async (run: () => Promise<number>): Promise<number> => {
  let most = 0
  for (let round = 0; round < ROUNDS; round++) most = Math.max(most, await run())
  return most
}

it.skipIf(!brokers)(
  'an empty handler costs little beside a loop that only parses (EPR_TEST_BROKERS)',
  async () => {
    const topic = newName()
    await createTopic(brokers, topic, PARTITIONS)
    const records = Array.from({ length: MESSAGES }, (_, n) =>
      toTestRecord(n, `artifact-${n % 1_000}`, { filler: 'x'.repeat(600) }),
    )
    await produce(brokers, topic, records)
    const bare = await best(() => runBare(topic, FETCH_BYTES))
    const large = await best(() => runBare(topic, 1_048_576))
    const matched = await best(() => runWatcher(topic, true))
    const unmatched = await best(() => runWatcher(topic, false))
    const share = (rate: number) => `${Math.round(rate)}/s (${Math.round((100 * rate) / bare)} %)`
    process.stdout.write(
      `throughput: bare ${Math.round(bare)}/s (with 1 MiB fetches ${Math.round(large)}/s), empty handler ${share(matched)}, no match ${share(unmatched)}\n`,
    )
    expect(matched / bare).toBeGreaterThan(MIN_SHARE)
  },
)
