import { registerCodecs } from '@epr/kafka'
import { EprError } from '@epr/model'
import { createStderrLog, type Log } from '../log.js'
import type { MessageSource } from '../message-source.js'
import { assertRange } from '../options.js'
import { supervise } from '../supervisor.js'
import { connectToKafka, type KafkaConnectionOptions } from './connection.js'
import { createKafkaDeadLetters } from './dead-letters.js'
import { createDoneOffsets, type DoneOffsets } from './offsets.js'
import { runKafkaSession } from './session.js'
import { toTiming } from './timing.js'

/** Which topics are watched, by whom, and how a membership is held. */
export interface KafkaSourceOptions extends KafkaConnectionOptions {
  /** They must exist; the source waits for them until it gives up. */
  topics: readonly string[]
  /** Watchers with one group id share the partitions; each group gets every message. */
  groupId: string
  /** Where a group starts that has never committed: at the oldest record, or at the newest. @default false */
  fromBeginning?: boolean
  /** Where records of `topic` go that cannot be handled. @default `<topic>.dlt` */
  deadLetterTopic?: (topic: string) => string
  /**
   * After so many milliseconds without a sign of life a watcher has lost its partitions; a killed one holds them for
   * as long. From 6_000 to 300_000, which most brokers take. @default 30_000
   */
  sessionTimeoutMs?: number
  /**
   * How often what is done is committed while a batch is worked on, in milliseconds; at its end it always is. From 100
   * to 60_000. @default 1_000
   */
  commitIntervalMs?: number
  /**
   * How much of a partition is fetched at once, in bytes, from 65_536 to 1_048_576. It bounds what comes again after
   * a kill, and what a slow handler holds up. @default 262_144
   */
  maxBytesPerPartition?: number
}

export const toDeadLetterTopic = (topic: string): string => `${topic}.dlt`

function assertOptions(options: KafkaSourceOptions): void {
  const { brokers, topics, groupId, sessionTimeoutMs, commitIntervalMs, maxBytesPerPartition } = options
  if (brokers.length === 0 || topics.length === 0 || groupId === '')
    throw new EprError('INVALID_ARGUMENT', 'kafkaSource needs brokers, topics and a groupId')
  assertRange('sessionTimeoutMs', sessionTimeoutMs, 6_000, 300_000)
  assertRange('commitIntervalMs', commitIntervalMs, 100, 60_000)
  assertRange('maxBytesPerPartition', maxBytesPerPartition, 65_536, 1_048_576)
}

/**
 * Messages from Kafka, or what speaks its protocol.
 *
 * @throws EprError INVALID_ARGUMENT for options that are missing or out of range
 */
export function kafkaSource(options: KafkaSourceOptions): MessageSource {
  assertOptions(options)
  const { groupId, topics, fromBeginning = false, deadLetterTopic = toDeadLetterTopic } = options
  const { sessionTimeoutMs = 30_000, commitIntervalMs = 1_000, maxBytesPerPartition = 262_144 } = options
  let log: Log = createStderrLog()
  const deadLetters = createKafkaDeadLetters({
    connect: () => connectToKafka(options, log),
    topicOf: deadLetterTopic,
  })
  const done = new Map<string, DoneOffsets>()

  function doneOf(topic: string, partition: number): DoneOffsets {
    const key = `${partition}@${topic}`
    const offsets = done.get(key) ?? createDoneOffsets()
    done.set(key, offsets)
    return offsets
  }

  return {
    name: groupId,
    kind: 'kafka',
    async run(delivery) {
      if (delivery.from !== undefined) {
        const how = 'reset the offsets of its group while it is stopped (see the README of @epr/watcher)'
        throw new EprError('INVALID_ARGUMENT', `on Kafka a replay starts with the group: ${how}`)
      }
      log = delivery.log
      registerCodecs()
      const timing = toTiming(delivery.attemptMs, sessionTimeoutMs, commitIntervalMs)
      let isSaid = false
      const sayWhere = () => {
        if (!isSaid)
          log.info({ groupId, brokers: options.brokers }, `watching the topics ${topics.join(', ')}`)
        isSaid = true
      }
      const session = (onReady: () => void) =>
        runKafkaSession({
          connection: connectToKafka(options, log),
          topics,
          groupId,
          fromBeginning,
          maxBytesPerPartition,
          timing,
          doneOf,
          delivery,
          onReady() {
            sayWhere()
            onReady()
          },
        })
      const { stop, giveUpAfterMs, events } = delivery
      await supervise({ session, stop, giveUpAfterMs, onRestart: events.restarted, log })
    },
    sendDeadLetter: deadLetters.send,
    close: () => deadLetters.close(),
  }
}
