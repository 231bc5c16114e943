import { EprError } from '@epr/model'
import type { Publisher, PublishRecord } from './publisher.js'
import type { MessageRecords } from './record.js'

/**
 * Below the 1 MiB that brokers take in one batch of a partition unless configured otherwise, so that no message is
 * refused for the company it is in, even when all of them go to one partition.
 */
const MAX_BATCH_BYTES = 900_000
const MIN_BATCH_BYTES = 16_384
/** A request beyond a broker's `socket.request.max.bytes` (100 MiB) is not refused: the connection is cut. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024
/** What a record costs beside key, value and headers, generously. */
const RECORD_OVERHEAD_BYTES = 64

export interface BatchCounts {
  published: number
  /** Of these, how many as a reference because the broker does not take the whole. */
  references: number
  /** Not published: the broker takes not even the reference. */
  skipped: number
}

export interface BatchPublisher {
  /** Cuts messages into batches of a size that brokers take. */
  toBatches(messages: readonly MessageRecords[]): MessageRecords[][]
  /**
   * Publishes a batch, each message in the largest form that the broker takes. Nothing is sent before all that
   * comes before it is on the topic, so that a message's first appearance is in order whatever is sent twice.
   *
   * @throws EprError UNAVAILABLE
   */
  publish(publisher: Publisher, batch: readonly MessageRecords[]): Promise<void>
  readonly counts: Readonly<BatchCounts>
}

function sizeOf({ key, value, headers }: PublishRecord): number {
  let size = key.length + value.length + RECORD_OVERHEAD_BYTES
  for (const name in headers) size += name.length + Buffer.byteLength(headers[name] ?? '') + 4
  return size
}

/** @param onSkipped called with every message that is left out */
export function createBatchPublisher(onSkipped: (message: MessageRecords) => void): BatchPublisher {
  const counts: BatchCounts = { published: 0, references: 0, skipped: 0 }
  let maxBytes = MAX_BATCH_BYTES

  /** @returns false when the broker refuses the size */
  async function send(publisher: Publisher, records: PublishRecord[]): Promise<boolean> {
    try {
      await publisher.publish(records)
      return true
    } catch (error) {
      if (error instanceof EprError && error.code === 'PAYLOAD_TOO_LARGE') return false
      throw error
    }
  }

  async function publishReference(publisher: Publisher, message: MessageRecords): Promise<void> {
    for (const reference of message.toReferences()) {
      if (sizeOf(reference) > MAX_RECORD_BYTES || !(await send(publisher, [reference]))) continue
      counts.published++
      counts.references++
      return
    }
    // It would be refused for ever, and so would all behind it: the feed still has it.
    counts.skipped++
    onSkipped(message)
  }

  async function publish(publisher: Publisher, batch: readonly MessageRecords[]): Promise<void> {
    const [first] = batch
    if (!first) return
    if (batch.length === 1 && sizeOf(first.whole) > MAX_RECORD_BYTES)
      return publishReference(publisher, first)
    const records = batch.map(({ whole }) => whole)
    if (await send(publisher, records)) {
      counts.published += batch.length
      return
    }
    if (batch.length === 1) return publishReference(publisher, first)
    // This broker takes less than others do: the next batches are made smaller from the start.
    const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0)
    maxBytes = Math.max(MIN_BATCH_BYTES, Math.min(maxBytes, Math.floor(bytes / 2)))
    const middle = Math.ceil(batch.length / 2)
    await publish(publisher, batch.slice(0, middle))
    await publish(publisher, batch.slice(middle))
  }

  return {
    publish,
    counts,
    toBatches(messages) {
      const batches: MessageRecords[][] = []
      let bytes = Number.POSITIVE_INFINITY
      for (const message of messages) {
        const size = sizeOf(message.whole)
        bytes += size
        if (bytes > maxBytes) {
          batches.push([])
          bytes = size
        }
        batches.at(-1)?.push(message)
      }
      return batches
    },
  }
}
