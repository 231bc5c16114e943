import type { Failure } from '../../src/dead-letter.js'
import type { Delivery, MessageSource, Outcome } from '../../src/message-source.js'
import type { SourceRecord } from '../../src/source-record.js'

/** Records in memory. A source gives those that are not done, each once in its life. */
export interface FakeFeed {
  /** @returns its id: 1, 2, 3 … */
  add(value: string): string
  createSource(): MessageSource
  readonly letters: { id: string; failure: Failure }[]
  readonly outcomes: Map<string, Outcome>
}

export function createFakeFeed(): FakeFeed {
  const letters: FakeFeed['letters'] = []
  const outcomes = new Map<string, Outcome>()
  const records: SourceRecord[] = []
  const listeners = new Set<(record: SourceRecord) => void>()

  async function run(delivery: Delivery): Promise<void> {
    const { process, stop, abort, events } = delivery
    const working: Promise<void>[] = []
    const deliver = (record: SourceRecord) => {
      const work = async () =>
        void outcomes.set(record.id, await process(record, { draining: stop, revoked: abort, fail() {} }))
      working.push(work())
    }
    for (const record of records) if (outcomes.get(record.id) !== 'done') deliver(record)
    listeners.add(deliver)
    events.ready(true)
    await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()))
    listeners.delete(deliver)
    await Promise.all(working)
  }

  return {
    letters,
    outcomes,
    add(value) {
      const id = String(records.length + 1)
      const record = { id, value, origin: { feed: 'fake', cursor: id, time: '' } }
      records.push(record)
      for (const listener of listeners) listener(record)
      return id
    },
    createSource: () => ({
      name: 'fake',
      run,
      async sendDeadLetter({ id, kind, error, attempts }) {
        letters.push({ id, failure: { kind, error, attempts } })
      },
      close: async () => undefined,
    }),
  }
}
