import type { ConsumerGroupJoinEvent, EachBatchPayload, KafkaConnection } from '@epr/kafka'
import { createAbort, forwardAbort } from '../abort.js'
import type { Delivery } from '../message-source.js'
import { sleep } from '../sleep.js'
import { type BatchProgress, nextOffset, workThrough } from './batch.js'
import { createGeneration, type Generation, isGroupChange } from './generation.js'
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
/** Small ones of what a fetch may bring: a slow handler holds up only what came with it. */
const MAX_FETCH_BYTES = 4 * 1024 * 1024

/**
 * One membership in the group, from the first join to its end. It resolves after `delivery.stop`, when nothing runs
 * any more and all that is done is committed; it rejects when the connection or the group is lost for good.
 */
export async function runKafkaSession(options: KafkaSessionOptions): Promise<void> {
  const { connection, groupId, fromBeginning, timing, doneOf, delivery, onReady } = options
  const { events, log } = delivery
  const consumer = connection.client.consumer({
    groupId,
    sessionTimeout: timing.sessionTimeoutMs,
    rebalanceTimeout: timing.rebalanceTimeoutMs,
    heartbeatInterval: timing.heartbeatMs,
    maxWaitTimeInMs: timing.maxWaitMs,
    maxBytesPerPartition: options.maxBytesPerPartition,
    maxBytes: MAX_FETCH_BYTES,
    allowAutoTopicCreation: false,
    retry: { retries: 2, initialRetryTime: 150, maxRetryTime: 1_000, restartOnFailure: async () => false },
  })
  const lost = createAbort()
  const letGoOfAbort = forwardAbort(delivery.abort, lost)
  const batches = new Set<Promise<void>>()
  /** Each tells the committer how far its batch is. */
  const reports = new Set<() => void>()
  let generation: Generation | undefined
  let lastContact = Date.now()
  let isJoining = true
  let isOver = false
  let end: (error?: unknown) => void = () => undefined
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => {
      isOver = true
      generation?.end(error)
      if (error === undefined) resolve()
      else reject(error)
    }
  })

  function join({ payload }: ConsumerGroupJoinEvent): void {
    generation?.end()
    isJoining = false
    lastContact = Date.now()
    events.clearLag()
    const pinned = fromBeginning ? Promise.resolve() : running.then(() => pin(payload.memberAssignment))
    const next = createGeneration({
      pinned,
      abort: lost.signal,
      onFail: end,
      onCommitted: ({ topic, partition, offset }) => doneOf(topic, partition).forgetBelow(offset),
    })
    if (isOver) next.end()
    generation = next
    log.info({ groupId, partitions: payload.memberAssignment }, 'joined the group')
    pinned.then(() => {
      if (isOver || generation !== next) return
      events.ready(true)
      onReady()
    }, end)
  }

  const pin = (assigned: Record<string, number[]>) => pinStart(connection.client, consumer, groupId, assigned)

  function changeGroup(error: unknown): void {
    isJoining = true
    lastContact = Date.now()
    events.ready(false)
    generation?.end(error)
  }

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const mine = generation
    if (!mine || mine.over.aborted) return mine?.rethrow()
    const { topic, partition, highWatermark } = payload.batch
    await mine.pinned
    if (payload.isStale()) return
    mine.useSession(payload)
    const progress: BatchProgress = { next: undefined }
    const report = () => {
      if (progress.next === undefined) return
      mine.committer.move({ topic, partition, offset: progress.next })
      events.lag(`${topic}/${partition}`, Number(highWatermark) - Number(progress.next))
    }
    reports.add(report)
    const isDone = await workThrough({
      batch: payload.batch,
      accept: delivery.accept,
      turn: mine,
      done: doneOf(topic, partition),
      progress,
    }).finally(() => reports.delete(report))
    const last = payload.batch.lastOffset()
    // Behind the last record there may be some that only the broker sees, of transactions.
    if (isDone) progress.next = nextOffset(last)
    report()
    await mine.committer.flush()
    if (isDone) payload.resolveOffset(last)
    mine.rethrow()
  }

  function trackedBatch(payload: EachBatchPayload): Promise<void> {
    const batch = eachBatch(payload).catch((error: unknown) => {
      if (isGroupChange(error)) changeGroup(error)
      throw error
    })
    batches.add(batch)
    const forget = () => void batches.delete(batch)
    batch.then(forget, forget)
    return batch
  }

  /** While batches run nobody else speaks to the broker: kafkajs does between fetches only. */
  const heartbeat = setInterval(() => {
    if (batches.size > 0 && !isJoining) generation?.heartbeat().catch(changeOrNot)
  }, timing.heartbeatMs)
  const commit = setInterval(() => {
    if (batches.size === 0 || isJoining) return
    for (const report of reports) report()
    generation?.committer.flush().catch(changeOrNot)
  }, timing.commitMs)
  function changeOrNot(error: unknown): void {
    if (isGroupChange(error)) changeGroup(error)
    else log.debug({ error: String(error) }, 'the broker did not answer')
  }

  const watchdog = setInterval(() => {
    const silentMs = Date.now() - lastContact
    // By now the group has dealt out what we had: whoever has it must not find us at it.
    if (silentMs > timing.sessionTimeoutMs && !isJoining) lost.abort(new Error('the group was lost'))
    const patienceMs = timing.watchdogMs + (isJoining ? timing.rebalanceTimeoutMs : 0)
    if (silentMs > patienceMs) end(new Error(`the broker has been silent for ${silentMs} ms`))
  }, 1_000)

  const contact = () => {
    lastContact = Date.now()
  }
  const { GROUP_JOIN, REBALANCING, HEARTBEAT, COMMIT_OFFSETS, CRASH, STOP } = consumer.events
  consumer.on(GROUP_JOIN, join)
  consumer.on(REBALANCING, () => {
    events.rebalanced()
    changeGroup(undefined)
  })
  consumer.on(HEARTBEAT, contact)
  consumer.on(COMMIT_OFFSETS, contact)
  consumer.on(CRASH, ({ payload }) => end(payload.error))
  consumer.on(STOP, () => events.ready(false))

  let running: Promise<void> = Promise.resolve()
  async function start(): Promise<void> {
    await consumer.connect()
    await consumer.subscribe({ topics: [...options.topics], fromBeginning })
    running = consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: ALL_PARTITIONS,
      eachBatch: trackedBatch,
    })
    await running
  }

  const stop = () => end()
  if (delivery.stop.aborted) stop()
  else delivery.stop.addEventListener('abort', stop, { once: true })

  /** Lets what runs end; a membership that is lost for longer than the group waits ends it by force. */
  async function close(): Promise<void> {
    const disconnected = consumer.disconnect().catch(() => undefined)
    while (batches.size > 0) await Promise.allSettled(batches)
    await Promise.race([disconnected, sleep(DISCONNECT_MS)])
  }

  try {
    void start().catch(end)
    await ended
  } finally {
    events.ready(false)
    delivery.stop.removeEventListener('abort', stop)
    await close()
    for (const timer of [heartbeat, commit, watchdog]) clearInterval(timer)
    letGoOfAbort()
    connection.destroy()
  }
}
