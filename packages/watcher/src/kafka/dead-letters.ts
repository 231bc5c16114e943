import { ensureTopic, isTooLarge, type KafkaConnection, type KafkaHeaders, type Producer } from '@epr/kafka'
import { EprError } from '@epr/model'
import type { Failure } from '../failure.js'
import type { Origin, SourceRecord } from '../message-source.js'

export interface KafkaDeadLetters {
  /** Resolves once all replicas have it. */
  send(record: SourceRecord, failure: Failure): Promise<void>
  close(): Promise<void>
}

export interface KafkaDeadLettersOptions {
  connect(): KafkaConnection
  topicOf(topic: string): string
  groupId: string
}

/** What a dead letter's headers say beside the original ones. */
export const DEAD_LETTER_HEADERS = {
  id: 'epr_dlt_id',
  topic: 'epr_dlt_topic',
  partition: 'epr_dlt_partition',
  offset: 'epr_dlt_offset',
  timestamp: 'epr_dlt_timestamp',
  kind: 'epr_dlt_kind',
  error: 'epr_dlt_error',
  attempts: 'epr_dlt_attempts',
  group: 'epr_dlt_group',
  /** Only where the value was too large to be kept a second time: it is at its origin. */
  omitted: 'epr_dlt_value_omitted',
} as const

type KafkaOrigin = Extract<Origin, { topic: string }>

function toHeaders(
  { id, headers }: SourceRecord,
  origin: KafkaOrigin,
  failure: Failure,
  groupId: string,
): KafkaHeaders {
  const names = DEAD_LETTER_HEADERS
  return {
    ...(headers as KafkaHeaders | undefined),
    [names.id]: id,
    [names.topic]: origin.topic,
    [names.partition]: String(origin.partition),
    [names.offset]: origin.offset,
    [names.timestamp]: origin.time,
    [names.kind]: failure.kind,
    [names.error]: failure.error,
    [names.attempts]: String(failure.attempts),
    [names.group]: groupId,
  }
}

export function createKafkaDeadLetters({
  connect,
  topicOf,
  groupId,
}: KafkaDeadLettersOptions): KafkaDeadLetters {
  let open: Promise<{ connection: KafkaConnection; producer: Producer }> | undefined
  const known = new Set<string>()

  async function start() {
    const connection = connect()
    const producer = connection.createProducer()
    try {
      await producer.connect()
    } catch (error) {
      connection.destroy()
      throw error
    }
    return { connection, producer }
  }

  async function close(): Promise<void> {
    const closing = open
    open = undefined
    known.clear()
    const opened = await closing?.catch(() => undefined)
    // Its end is not waited for: all that was sent has been answered, or has failed.
    void opened?.producer.disconnect().catch(() => undefined)
    opened?.connection.destroy()
  }

  async function deliver(record: SourceRecord, original: string, headers: KafkaHeaders): Promise<void> {
    open ??= start()
    const { connection, producer } = await open
    const topic = topicOf(original)
    if (!known.has(topic)) await ensureTopic(connection, topic, { like: original })
    known.add(topic)
    const key = record.key === undefined || record.key === null ? null : Buffer.from(record.key)
    const send = (value: Buffer | null, more: KafkaHeaders) =>
      producer.send({ topic, acks: -1, messages: [{ key, value, headers: { ...headers, ...more } }] })
    const value = record.value === null ? null : Buffer.from(record.value)
    try {
      await send(value, {})
    } catch (error) {
      if (!isTooLarge(error)) throw error
      await send(null, { [DEAD_LETTER_HEADERS.omitted]: String(value?.length ?? 0) })
    }
  }

  return {
    async send(record, failure) {
      const { origin } = record
      if (!('topic' in origin)) throw new EprError('INTERNAL', 'not a record of Kafka')
      try {
        await deliver(record, origin.topic, toHeaders(record, origin, failure, groupId))
      } catch (error) {
        // A connection that has failed once is thrown away: the next attempt begins with a new one.
        await close()
        throw error
      }
    },
    close,
  }
}
