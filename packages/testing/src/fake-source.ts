import { type Actor, type Message, stringifyJson } from '@epr/model'

/** A record as `@epr/watcher` takes it from a source. */
interface FakeRecord {
  id: string
  actor?: Actor | null | undefined
  value: string
  origin: { feed: string; cursor: string; time: string }
}

type Outcome = 'done' | 'abandoned'

/** Why a watcher put a record aside. */
export interface FakeDeadLetter {
  id: string
  failure: { kind: string; error: string; attempts: number }
}

/** What a source gets of its watcher; a `Delivery` of `@epr/watcher` is one. */
export interface FakeDelivery {
  process(record: FakeRecord, lease: FakeLease): Outcome | Promise<Outcome>
  readonly stop: AbortSignal
  readonly abort: AbortSignal
  readonly events: { ready(isReady: boolean): void }
}

interface FakeLease {
  readonly draining: AbortSignal
  readonly revoked: AbortSignal
  fail(error: unknown): void
}

/** A `MessageSource` of `@epr/watcher`, which does not need that package. */
export interface FakeSource {
  readonly name: string
  run(delivery: FakeDelivery): Promise<void>
  sendDeadLetter(letter: { id: string } & FakeDeadLetter['failure']): Promise<void>
  close(): Promise<void>
}

/** Messages in memory, for the watchers of a test. */
export interface FakeMessages {
  /** Adds a message, or any text, and who did what it is about. @returns its id: 1, 2, 3 … */
  add(message: Message | string, actor?: Actor | null): string
  /** A source of these messages: it gives those that are not done, each once in its life. */
  createSource(): FakeSource
  /** What watchers have put aside. */
  readonly letters: readonly FakeDeadLetter[]
  /** What became of each message so far, by its id. */
  readonly outcomes: ReadonlyMap<string, Outcome>
}

export function createFakeMessages(): FakeMessages {
  const letters: FakeDeadLetter[] = []
  const outcomes = new Map<string, Outcome>()
  const records: FakeRecord[] = []
  const listeners = new Set<(record: FakeRecord) => void>()

  async function run({ process, stop, abort, events }: FakeDelivery): Promise<void> {
    const working: Promise<void>[] = []
    const deliver = (record: FakeRecord) => {
      const work = async () =>
        void outcomes.set(record.id, await process(record, { draining: stop, revoked: abort, fail() {} }))
      working.push(work())
    }
    for (const record of records) if (outcomes.get(record.id) !== 'done') deliver(record)
    listeners.add(deliver)
    events.ready(true)
    if (!stop.aborted)
      await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }))
    listeners.delete(deliver)
    await Promise.all(working)
  }

  return {
    letters,
    outcomes,
    add(message, actor) {
      const id = String(records.length + 1)
      const value = typeof message === 'string' ? message : stringifyJson(message)
      const record = { id, actor, value, origin: { feed: 'fake', cursor: id, time: '' } }
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
