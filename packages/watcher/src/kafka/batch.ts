import type { Batch, KafkaMessage } from '@epr/kafka'
import { type Actor, fromAuthType, type GateChange, gateChangeSchema } from '@epr/model'
import type { Delivery, Lease } from '../message-source.js'
import type { SourceRecord } from '../source-record.js'
import type { DoneOffsets } from './offsets.js'

/** How far a batch is. */
export interface BatchProgress {
  /** The first offset that is not done: only so far may be committed. */
  next: string | undefined
}

export interface BatchWork {
  batch: Batch
  process: Delivery['process']
  lease: Lease
  done: DoneOffsets
  progress: BatchProgress
}

/** How long the event loop is held at most by records that need no handler. */
const MAX_HOLD_MS = 20

export const nextOffset = (offset: string): string => (BigInt(offset) + 1n).toString()

/** A stranger's header says nothing. */
const toGateChange = (header: unknown): GateChange | undefined =>
  header === undefined ? undefined : gateChangeSchema.safeParse(String(header)).data

/** The CloudEvents extension Auth Context. */
function toActor(headers: KafkaMessage['headers']): Actor | undefined {
  const id = headers?.ce_authid
  const type = headers?.ce_authtype
  if (id === undefined || type === undefined) return undefined
  return { id: String(id), type: fromAuthType(String(type)), label: null }
}

function toRecord({ topic, partition }: Batch, message: KafkaMessage): SourceRecord {
  const { key, value, headers, offset, timestamp } = message
  const ceId = headers?.ce_id
  return {
    id: ceId === undefined ? `${topic}/${partition}/${offset}` : String(ceId),
    gate: toGateChange(headers?.ce_eprgate),
    actor: toActor(headers),
    value,
    key,
    headers,
    // Made when asked for: nearly nobody does.
    get origin() {
      return { topic, partition, offset, time: toTime(timestamp) }
    },
  }
}

/** A producer chooses the timestamp, and may have chosen none: -1. */
function toTime(timestamp: string): string {
  const date = new Date(Number(timestamp))
  return Number(timestamp) < 0 || Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

/**
 * Has a batch worked on, up to its end or until its lease drains, and resolves when nothing of it runs any more.
 *
 * @returns whether all of it is done
 */
export async function workThrough({ batch, process, lease, done, progress }: BatchWork): Promise<boolean> {
  const { messages } = batch
  const isDone = new Uint8Array(messages.length)
  /** All before this one are done. */
  let first = 0

  function settle(index: number): void {
    isDone[index] = 1
    if (index !== first) return
    while (isDone[first] === 1) first++
    const message = messages[first]
    progress.next = message ? message.offset : nextOffset(batch.lastOffset())
  }

  const running: Promise<void>[] = []
  let heldSince = performance.now()
  for (const [index, message] of messages.entries()) {
    if (lease.draining.aborted) break
    const { offset, timestamp } = message
    const outcome = done.has(offset, timestamp) ? 'done' : process(toRecord(batch, message), lease)
    if (outcome === 'done') {
      settle(index)
    } else if (outcome !== 'abandoned') {
      const settled = outcome.then((result) => {
        if (result !== 'done') return
        done.add(offset, timestamp)
        settle(index)
      })
      running.push(settled)
    }
    if (performance.now() - heldSince > MAX_HOLD_MS) {
      await new Promise(setImmediate)
      heldSince = performance.now()
    }
  }
  await Promise.all(running)
  return first === messages.length
}
