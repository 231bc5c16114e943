import { sleep } from '@epr/client'
import type { Consumer, KafkaConnection } from '@epr/kafka'
import { whenAborted } from '../abort.js'
import type { Delivery } from '../message-source.js'
import { type BatchRunner, createBatchRunner } from './batch-runner.js'
import { isGroupChange } from './generation.js'
import { createMembership, type Membership } from './membership.js'
import type { DoneOffsets } from './offsets.js'
import { pinStart } from './start.js'
import type { KafkaTiming } from './timing.js'

export interface KafkaSessionOptions {
  connection: KafkaConnection
  topics: readonly string[]
  groupId: string
  fromBeginning: boolean
  maxBytesPerPartition: number
  timing: KafkaTiming
  /** What is done in a partition; it outlives the session. */
  doneOf(topic: string, partition: number): DoneOffsets
  delivery: Delivery
  onReady(): void
}

/** More than anybody has partitions: each works on its batch, and the pool bounds what runs. */
const ALL_PARTITIONS = 256
const DISCONNECT_MS = 5_000
/** Of a broker at the end: two of its heartbeats are missing. */
const END_SILENCE_MS = 6_000
/** Small ones of what a fetch may bring: a slow handler holds up only what came with it. */
const MAX_FETCH_BYTES = 4 * 1024 * 1024
const SILENCE_CHECK_MS = 1_000

/**
 * One membership in the group, from the first join to its end. It resolves after `delivery.stop`, when nothing runs
 * any more and all that is done is committed; it rejects when the connection or the group is lost for good.
 */
export async function runKafkaSession(options: KafkaSessionOptions): Promise<void> {
  const { connection, timing, doneOf, delivery, onReady } = options
  const consumer = createConsumer(options)
  const membership = createMembership({
    timing,
    events: delivery.events,
    onReady,
    onCommitted: ({ topic, partition, offset }) => doneOf(topic, partition).forgetBelow(offset),
  })
  const runner = createBatchRunner({ membership, delivery, doneOf })
  const stopClocks = startClocks(options, membership, runner)
  const letGoOfAbort = whenAborted(delivery.abort, () => membership.revoke(delivery.abort.reason))
  const letGoOfStop = whenAborted(delivery.stop, () => membership.end())
  try {
    void consume(options, consumer, membership, runner).catch(membership.end)
    await membership.ended
  } finally {
    delivery.events.ready(false)
    letGoOfStop()
    await close(connection, consumer, membership, runner)
    stopClocks()
    letGoOfAbort()
    connection.destroy()
  }
}

function createConsumer({
  connection,
  groupId,
  timing,
  maxBytesPerPartition,
}: KafkaSessionOptions): Consumer {
  return connection.client.consumer({
    groupId,
    sessionTimeout: timing.sessionTimeoutMs,
    rebalanceTimeout: timing.rebalanceTimeoutMs,
    heartbeatInterval: timing.heartbeatMs,
    maxWaitTimeInMs: timing.maxWaitMs,
    maxBytesPerPartition,
    maxBytes: MAX_FETCH_BYTES,
    allowAutoTopicCreation: false,
    retry: { retries: 2, initialRetryTime: 150, maxRetryTime: 1_000, restartOnFailure: async () => false },
  })
}

/** Joins the group, and has what happens to the consumer known to the membership. */
async function consume(
  { connection, topics, groupId, fromBeginning, delivery }: KafkaSessionOptions,
  consumer: Consumer,
  membership: Membership,
  runner: BatchRunner,
): Promise<void> {
  const { events, log } = delivery
  let running: Promise<void> = Promise.resolve()
  const { GROUP_JOIN, REBALANCING, HEARTBEAT, COMMIT_OFFSETS, CRASH, STOP } = consumer.events
  consumer.on(GROUP_JOIN, ({ payload: { memberAssignment: partitions } }) => {
    log.info({ groupId, partitions }, 'joined the group')
    const pin = () => pinStart(connection.client, consumer, groupId, partitions)
    membership.join(fromBeginning ? Promise.resolve() : running.then(pin))
  })
  consumer.on(REBALANCING, () => {
    events.rebalanced()
    membership.leave()
  })
  consumer.on(HEARTBEAT, membership.hear)
  consumer.on(COMMIT_OFFSETS, membership.hear)
  consumer.on(CRASH, ({ payload }) => membership.end(payload.error))
  consumer.on(STOP, () => events.ready(false))

  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning })
  running = consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: ALL_PARTITIONS,
    eachBatch: runner.run,
  })
  await running
}

/** While batches run nobody else speaks to the broker: kafkajs does between fetches only. @returns what stops it */
function startClocks(
  { timing, delivery: { log } }: KafkaSessionOptions,
  membership: Membership,
  runner: BatchRunner,
): () => void {
  const leaveOrNot = (error: unknown) => {
    if (isGroupChange(error)) membership.leave(error)
    else log.debug({ error: String(error) }, 'the broker did not answer')
  }
  const heartbeat = () => {
    if (!runner.isIdle) membership.current?.heartbeat().catch(leaveOrNot)
  }
  const commit = () => {
    if (runner.isIdle || !membership.current) return
    runner.report()
    membership.current.committer.flush().catch(leaveOrNot)
  }
  const timers = [
    setInterval(heartbeat, timing.heartbeatMs),
    setInterval(commit, timing.commitMs),
    setInterval(membership.checkSilence, SILENCE_CHECK_MS),
  ]
  return () => {
    for (const timer of timers) clearInterval(timer)
  }
}

/**
 * Lets what runs end; a membership that is lost for longer than the group waits ends it by force. A broker that does not
 * answer is not waited for: what could not be committed comes again.
 */
async function close(
  connection: KafkaConnection,
  consumer: Consumer,
  membership: Membership,
  runner: BatchRunner,
): Promise<void> {
  const giveUp = setInterval(() => {
    if (membership.silentMs() > END_SILENCE_MS) connection.destroy()
  }, SILENCE_CHECK_MS)
  const disconnected = consumer.disconnect().catch(() => undefined)
  await runner.settled()
  await Promise.race([disconnected, sleep(DISCONNECT_MS)])
  clearInterval(giveUp)
}
