import { EprError, type EventReceiverGroup, fromJsonText } from '@epr/model'
import { LRUCache } from 'lru-cache'
import type { Database } from './database.js'
import { selectGroupsById } from './groups.js'
import { type StoredReceiver, selectReceiversById } from './receivers.js'

/** Receivers and groups by id, kept in memory: they never change, but for a group's `enabled`. */
export interface Definitions {
  /** The receiver when it is in memory already; the hot path's way around a promise. */
  peekReceiver(id: string): StoredReceiver | undefined
  findReceiver(id: string): Promise<StoredReceiver | undefined>
  /** The group as it was when it was first read: `enabled` and `updated_at` may be old. */
  findGroup(id: string): Promise<EventReceiverGroup | undefined>
  /** @throws EprError INVALID_ARGUMENT naming the receivers that do not exist */
  assertReceivers(ids: readonly string[]): Promise<void>
}

const MAX_RECEIVERS_BYTES = 32 * 1024 * 1024
const MAX_GROUPS = 1_000
const FIXED_BYTES = 1_024

export function createDefinitions(database: Database): Definitions {
  const receivers = new LRUCache<string, StoredReceiver>({
    maxSize: MAX_RECEIVERS_BYTES,
    sizeCalculation: (receiver) => FIXED_BYTES + fromJsonText(receiver.schema).length,
    fetchMethod: async (id) => (await selectReceiversById(database, [id]))[0],
  })
  const groups = new LRUCache<string, EventReceiverGroup>({
    max: MAX_GROUPS,
    fetchMethod: async (id) => (await selectGroupsById(database, [id]))[0],
  })
  return {
    peekReceiver: (id) => receivers.get(id),
    findReceiver: (id) => receivers.fetch(id),
    findGroup: (id) => groups.fetch(id),
    async assertReceivers(ids) {
      const found = await Promise.all(ids.map((id) => receivers.fetch(id)))
      const details = ids
        .filter((_, index) => found[index] === undefined)
        .map((id) => `event_receiver_ids: there is no event receiver ${JSON.stringify(id)}`)
      if (details.length > 0) throw new EprError('INVALID_ARGUMENT', details.join('; '), { details })
    },
  }
}
