import { EprError } from '@epr/model'
import type { ConnectPublisher, PublishRecord } from '../../src/relay/publisher.js'

export interface FakeRecord {
  key: string
  value: string
  headers: Record<string, string>
}

/** A topic in memory with the manners of a broker: partitions, a limit for a batch, and days on which it is away. */
export interface FakeBroker {
  connect: ConnectPublisher
  /** Everything on the topic, in the order of arrival. */
  readonly records: readonly FakeRecord[]
  /** How many batches it was sent. */
  readonly batches: number
  readonly connections: number
  /** Makes the next batches fail: `before` or `after` they are on the topic. */
  failNext(count: number, when: 'before' | 'after'): void
  /** Refuses and drops connections while it is away. */
  away: boolean
  /** Takes connections and batches, and answers none of them. */
  hung: boolean
}

export function createFakeBroker(maxBatchBytes = 1_048_588): FakeBroker {
  const records: FakeRecord[] = []
  let failures: ('before' | 'after')[] = []
  const unavailable = () => new EprError('UNAVAILABLE', 'the broker is away')
  const sizeOf = (batch: readonly PublishRecord[]) => batch.reduce((sum, { value }) => sum + value.length, 0)

  const broker = {
    records,
    batches: 0,
    connections: 0,
    away: false,
    hung: false,
    failNext(count: number, when: 'before' | 'after') {
      failures = Array.from({ length: count }, () => when)
    },
    async connect(abort: AbortSignal) {
      broker.connections++
      if (broker.away) throw unavailable()
      const closed = new AbortController()
      const hang = (signal: AbortSignal) =>
        new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(unavailable())))
      if (broker.hung) await hang(abort)
      return {
        async publish(batch: readonly PublishRecord[]) {
          broker.batches++
          if (broker.hung) await hang(closed.signal)
          const failure = failures.shift()
          if (broker.away || closed.signal.aborted || failure === 'before') throw unavailable()
          if (sizeOf(batch) > maxBatchBytes) throw new EprError('PAYLOAD_TOO_LARGE', 'too large')
          for (const { key, value, headers } of batch)
            records.push({ key: key.toString(), value: value.toString(), headers })
          if (failure === 'after') throw unavailable()
        },
        async close() {
          closed.abort()
        },
      }
    },
  }
  return broker
}
