import type { EachBatchPayload } from '@epr/kafka'
import type { Delivery } from '../message-source.js'
import { type BatchProgress, nextOffset, workThrough } from './batch.js'
import { type Generation, isGroupChange } from './generation.js'
import type { Membership } from './membership.js'
import type { DoneOffsets } from './offsets.js'

export interface BatchRunnerOptions {
  membership: Membership
  delivery: Pick<Delivery, 'process' | 'events'>
  /** What is done in a partition; it outlives the membership. */
  doneOf(topic: string, partition: number): DoneOffsets
}

/** Works on the batches that kafkajs fetches, for as long as their generation lasts. */
export interface BatchRunner {
  /** Resolves when nothing of the batch runs and what is done of it is committed; rejects for kafkajs to join again. */
  run(payload: EachBatchPayload): Promise<void>
  readonly isIdle: boolean
  /** Has what is done so far committed with the next flush. */
  report(): void
  /** Resolves when no batch runs any more. */
  settled(): Promise<void>
}

export function createBatchRunner({ membership, delivery, doneOf }: BatchRunnerOptions): BatchRunner {
  const running = new Set<Promise<void>>()
  /** Each says to the committer how far its batch is. */
  const reports = new Set<() => void>()

  async function work(payload: EachBatchPayload, generation: Generation): Promise<void> {
    const { batch } = payload
    const { topic, partition, highWatermark } = batch
    await generation.pinned
    if (payload.isStale()) return
    generation.useSession(payload)
    const progress: BatchProgress = { next: undefined }
    const report = () => {
      if (progress.next === undefined) return
      generation.committer.move({ topic, partition, offset: progress.next })
      delivery.events.lag(`${topic}/${partition}`, Number(highWatermark) - Number(progress.next))
    }
    reports.add(report)
    const { process } = delivery
    const done = doneOf(topic, partition)
    const isDone = await workThrough({ batch, process, lease: generation, done, progress }).finally(() =>
      reports.delete(report),
    )
    // Behind the last record there may be some that only the broker sees, of transactions.
    if (isDone) progress.next = nextOffset(batch.lastOffset())
    report()
    await generation.committer.flush()
    if (isDone) payload.resolveOffset(batch.lastOffset())
    generation.rethrow()
  }

  async function runBatch(payload: EachBatchPayload): Promise<void> {
    const { generation } = membership
    if (!generation || generation.draining.aborted) return generation?.rethrow()
    try {
      await work(payload, generation)
    } catch (error) {
      if (isGroupChange(error)) membership.leave(error)
      throw error
    }
  }

  return {
    run(payload) {
      const batch = runBatch(payload)
      running.add(batch)
      const forget = () => void running.delete(batch)
      batch.then(forget, forget)
      return batch
    },
    get isIdle() {
      return running.size === 0
    },
    report() {
      for (const report of reports) report()
    },
    async settled() {
      while (running.size > 0) await Promise.allSettled(running)
    },
  }
}
