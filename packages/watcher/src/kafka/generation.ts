import type { EachBatchPayload } from '@epr/kafka'
import { createAbort } from '../abort.js'
import type { Lease } from '../message-source.js'
import { type Committer, createCommitter, type PartitionOffset } from './offsets.js'

/** The time between two rebalances: for so long the assigned partitions are ours. */
export interface Generation extends Lease {
  /** Resolves once it is sure where the group starts. */
  readonly pinned: Promise<void>
  readonly committer: Committer
  /** How this generation's batches reach the broker. */
  useSession(session: Pick<EachBatchPayload, 'heartbeat' | 'commitOffsetsIfNecessary'>): void
  heartbeat(): Promise<void>
  /** Nothing new is begun. @param error what kafkajs must get, for it to join again */
  end(error?: unknown): void
  /** Throws what {@link end} was given. */
  rethrow(): void
}

export interface GenerationOptions {
  pinned: Promise<void>
  revoked: AbortSignal
  onFail(error: unknown): void
  onCommitted(position: PartitionOffset): void
}

/** The broker's words for "join again": the first three as kafkajs knows them, and a member that was evicted. */
const GROUP_CHANGES = new Set([
  'REBALANCE_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
])

export function isGroupChange(error: unknown): boolean {
  return error instanceof Error && 'type' in error && GROUP_CHANGES.has(String(error.type))
}

function toOffsets(positions: readonly PartitionOffset[]) {
  const topics = new Map<string, { partition: number; offset: string }[]>()
  for (const { topic, partition, offset } of positions) {
    const partitions = topics.get(topic) ?? []
    partitions.push({ partition, offset })
    topics.set(topic, partitions)
  }
  return { topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })) }
}

export function createGeneration({ pinned, revoked, onFail, onCommitted }: GenerationOptions): Generation {
  const draining = createAbort()
  let session: Pick<EachBatchPayload, 'heartbeat' | 'commitOffsetsIfNecessary'> | undefined
  let reason: unknown
  const committer = createCommitter(async (positions) => {
    await session?.commitOffsetsIfNecessary(toOffsets(positions))
  }, onCommitted)
  return {
    draining: draining.signal,
    revoked,
    pinned,
    committer,
    fail: onFail,
    useSession(latest) {
      session = latest
    },
    heartbeat: async () => session?.heartbeat(),
    end(error) {
      reason ??= error
      draining.abort()
    },
    rethrow() {
      if (isGroupChange(reason)) throw reason
    },
  }
}
