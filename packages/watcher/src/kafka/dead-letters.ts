import { ensureTopic, isTooLarge, type KafkaConnection, type KafkaHeaders, type Producer } from '@epr/kafka'
import { EprError } from '@epr/model'
import type { DeadLetter, DeadLetterSink } from '../dead-letter.js'
import type { Origin } from '../source-record.js'

export interface KafkaDeadLetters {
  /** Resolves once all replicas have it. */
  send: DeadLetterSink
  close(): Promise<void>
}

export interface KafkaDeadLettersOptions {
  connect(): KafkaConnection
  topicOf(topic: string): string
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

function toHeaders(letter: DeadLetter, origin: KafkaOrigin): KafkaHeaders {
  const names = DEAD_LETTER_HEADERS
  return {
    ...(letter.headers as KafkaHeaders | undefined),
    [names.id]: letter.id,
    [names.topic]: origin.topic,
    [names.partition]: String(origin.partition),
    [names.offset]: origin.offset,
    [names.timestamp]: origin.time,
    [names.kind]: letter.kind,
    [names.error]: letter.error,
    [names.attempts]: String(letter.attempts),
    [names.group]: letter.group,
  }
}

export function createKafkaDeadLetters({ connect, topicOf }: KafkaDeadLettersOptions): KafkaDeadLetters {
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

  async function deliver(letter: DeadLetter, origin: KafkaOrigin): Promise<void> {
    open ??= start()
    const { connection, producer } = await open
    const topic = topicOf(origin.topic)
    if (!known.has(topic)) await ensureTopic(connection, topic, { like: origin.topic })
    known.add(topic)
    const key = letter.key === undefined || letter.key === null ? null : Buffer.from(letter.key)
    const headers = toHeaders(letter, origin)
    const send = (value: Buffer | null, more: KafkaHeaders) =>
      producer.send({ topic, acks: -1, messages: [{ key, value, headers: { ...headers, ...more } }] })
    const value = letter.value === null ? null : Buffer.from(letter.value)
    try {
      await send(value, {})
    } catch (error) {
      if (!isTooLarge(error)) throw error
      await send(null, { [DEAD_LETTER_HEADERS.omitted]: String(value?.length ?? 0) })
    }
  }

  return {
    async send(letter) {
      if (!('topic' in letter.origin)) throw new EprError('INTERNAL', 'not a record of Kafka')
      try {
        await deliver(letter, letter.origin)
      } catch (error) {
        // A connection that has failed once is thrown away: the next attempt begins with a new one.
        await close()
        throw error
      }
    },
    close,
  }
}
