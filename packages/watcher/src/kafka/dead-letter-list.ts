import { randomUUID } from 'node:crypto'
import {
  type Admin,
  type EachBatchPayload,
  type KafkaConnection,
  type KafkaHeaders,
  type KafkaMessage,
  registerCodecs,
} from '@epr/kafka'
import { EprError } from '@epr/model'
import type { DeadLetter, FailureKind } from '../dead-letter.js'
import { WatcherError } from '../errors.js'
import type { Log } from '../log.js'
import { connectToKafka, type KafkaConnectionOptions } from './connection.js'
import { DEAD_LETTER_HEADERS as NAMES } from './dead-letters.js'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
const IDLE_FETCH_MS = 200

const textOf = (headers: KafkaHeaders, name: string): string => String(headers[name] ?? '')

function toKind(text: string): FailureKind {
  return text === 'undecodable' || text === 'unmatchable' ? text : 'handler-failed'
}

function toLetter({ key, value, headers = {}, timestamp }: KafkaMessage): DeadLetter {
  const ours = new Set<string>(Object.values(NAMES))
  return {
    id: textOf(headers, NAMES.id),
    kind: toKind(textOf(headers, NAMES.kind)),
    error: textOf(headers, NAMES.error),
    attempts: Number(textOf(headers, NAMES.attempts)),
    group: textOf(headers, NAMES.group),
    time: new Date(Number(timestamp)).toISOString(),
    origin: {
      topic: textOf(headers, NAMES.topic),
      partition: Number(textOf(headers, NAMES.partition)),
      offset: textOf(headers, NAMES.offset),
      time: textOf(headers, NAMES.timestamp),
    },
    key,
    value,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ours.has(name))),
  }
}

/** What is left to read of each partition, up to where it ends now. A topic that is missing has nothing. */
async function readEnds(admin: Admin, topic: string): Promise<Map<number, bigint>> {
  await admin.connect()
  try {
    if (!(await admin.listTopics()).includes(topic)) return new Map()
    const partitions = await admin.fetchTopicOffsets(topic)
    const filled = partitions.filter(({ low, high }) => low !== high)
    return new Map(filled.map(({ partition, high }) => [partition, BigInt(high)]))
  } finally {
    await admin.disconnect()
  }
}

/** Gives the batches of a topic one at a time: the next comes when the last was taken. */
async function* readBatches({ client }: KafkaConnection, topic: string) {
  const consumer = client.consumer({
    groupId: `epr-dead-letters-${randomUUID()}`,
    maxWaitTimeInMs: IDLE_FETCH_MS,
    retry: { retries: 2, restartOnFailure: async () => false },
  })
  let offer: (next: EachBatchPayload['batch']) => void
  let fail: (error: unknown) => void
  let taken: () => void = () => undefined
  let next = prepare()
  function prepare(): Promise<EachBatchPayload['batch']> {
    const prepared = new Promise<EachBatchPayload['batch']>((resolve, reject) => {
      offer = resolve
      fail = reject
    })
    prepared.catch(() => undefined)
    return prepared
  }
  consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error))
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const eachBatch = ({ batch }: EachBatchPayload) =>
      new Promise<void>((resolve) => {
        taken = resolve
        offer(batch)
      })
    void consumer.run({ autoCommit: false, eachBatch }).catch((error: unknown) => fail(error))
    for (;;) {
      const batch = await next
      next = prepare()
      yield batch
      taken()
    }
  } finally {
    taken()
    await consumer.disconnect().catch(() => undefined)
  }
}

/**
 * The dead letters of a topic from its oldest to where it ends now. It changes nothing there.
 *
 * @throws WatcherError UNAVAILABLE when the brokers cannot be read from
 */
export async function* listKafkaDeadLetters(
  options: KafkaConnectionOptions,
  topic: string,
): AsyncGenerator<DeadLetter, void, undefined> {
  registerCodecs()
  const connection = connectToKafka(options, silent)
  try {
    const left = await readEnds(connection.client.admin(), topic)
    if (left.size === 0) return
    for await (const { partition, messages, ...batch } of readBatches(connection, topic)) {
      const end = left.get(partition)
      for (const message of messages)
        if (end !== undefined && BigInt(message.offset) < end) yield toLetter(message)
      const last = messages.at(-1)?.offset ?? batch.highWatermark
      if (end !== undefined && BigInt(last) + 1n >= end) left.delete(partition)
      if (left.size === 0) return
    }
  } catch (error) {
    if (error instanceof EprError) throw error
    const problem = `cannot read ${topic} from ${options.brokers.join(', ')}: ${(error as Error).message}`
    throw new WatcherError('UNAVAILABLE', problem, { cause: error })
  } finally {
    connection.destroy()
  }
}
