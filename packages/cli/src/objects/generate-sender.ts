import type { Client, NewEvent } from '@epr/client'
import { EprError, type ErrorCode, fromJsonText, isJsonText } from '@epr/model'
import type { Entry } from '../input/entries.js'
import type { Kind } from './kinds.js'

/** What became of an entry: an id, or why not. */
export interface Sent {
  entry: Entry
  object: object
  id?: string
  error?: EprError
}

/** Sends at once, or gathers and sends many in one request; both give what has a result by then. */
export interface Sender {
  add(entry: Entry, object: object): Promise<Sent[]>
  flush(): Promise<Sent[]>
}

const BATCH_ENTRIES = 1_000
/** As much as one request of the SDK holds; larger batches would only wait in memory. */
const BATCH_CHARACTERS = 4 * 1024 * 1024

/** Problems of one entry; with any other, the next would fare no better. */
const ENTRY_CODES: ReadonlySet<ErrorCode> = new Set([
  'INVALID_ARGUMENT',
  'PAYLOAD_MISMATCH',
  'PAYLOAD_TOO_LARGE',
  'NOT_FOUND',
  'ALREADY_EXISTS',
])

export function isOfEntry(code: ErrorCode): boolean {
  return ENTRY_CODES.has(code)
}

/** Without a client, with --dry-run, nothing is sent. */
export function createSender(kind: Kind, client: Client | undefined): Sender {
  if (!client) return { add: async () => [], flush: async () => [] }
  return kind.carried === 'payload' ? createBatchSender(client) : createSingleSender(kind, client)
}

function createSingleSender(kind: Kind, client: Client): Sender {
  return {
    async add(entry, object) {
      try {
        return [{ entry, object, id: await kind.create(client, object) }]
      } catch (error) {
        if (error instanceof EprError) return [{ entry, object, error }]
        throw error
      }
    },
    flush: async () => [],
  }
}

const sizeOf = ({ payload }: { payload?: unknown }): number =>
  isJsonText(payload) ? fromJsonText(payload).length : 0

function createBatchSender({ events }: Client): Sender {
  let batch: { entry: Entry; event: NewEvent }[] = []
  let characters = 0

  async function flush(): Promise<Sent[]> {
    const sending = batch
    batch = []
    characters = 0
    const results = await events.createMany(sending.map(({ event }) => event))
    return sending.map(({ entry, event: object }, at) => {
      const result = results[at]
      if (result && 'id' in result) return { entry, object, id: result.id }
      const details = result?.errors ?? ['the server gave no result']
      // Servers that give no code refuse an event mostly for what is in it.
      const error = new EprError(result?.code ?? 'INVALID_ARGUMENT', details.join('; '))
      return { entry, object, error }
    })
  }

  return {
    flush: async () => (batch.length === 0 ? [] : flush()),
    async add(entry, object) {
      batch.push({ entry, event: object as NewEvent })
      characters += sizeOf(object)
      return batch.length >= BATCH_ENTRIES || characters >= BATCH_CHARACTERS ? flush() : []
    },
  }
}
