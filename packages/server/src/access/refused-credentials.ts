import { insertAct } from '../storage/access.js'
import type { Connection } from '../storage/database.js'

/** Credentials that were refused: counted in memory, and put into the audit list together. */
export interface RefusedCredentials {
  /** @param keyId of a key that is not good; undefined for what is no key */
  add(keyId: string | undefined): void
  /** Writes what was refused since it last did, at once the first time and then every ten minutes. */
  flush(connection: Connection, isLast?: boolean): Promise<void>
}

/** However many are refused, the list grows by six rows an hour for each server. */
const EVERY_MS = 10 * 60_000
/** So many keys are named in a row; whoever knows how a key is built can invent any number. */
const MAX_NAMED = 20

interface Refusals {
  count: number
  since: string
  byKey: Map<string, number>
}

export function createRefusedCredentials(now = () => performance.now()): RefusedCredentials {
  let refusals: Refusals | undefined
  let writtenAt = Number.NEGATIVE_INFINITY

  function count(into: Refusals, keyId: string | undefined, times: number): void {
    if (keyId === undefined) return
    const before = into.byKey.get(keyId)
    if (before !== undefined || into.byKey.size < MAX_NAMED) into.byKey.set(keyId, (before ?? 0) + times)
  }

  function giveBack(taken: Refusals): void {
    const meanwhile = refusals
    refusals = taken
    if (!meanwhile) return
    taken.count += meanwhile.count
    for (const [keyId, times] of meanwhile.byKey) count(taken, keyId, times)
  }

  return {
    add(keyId) {
      refusals ??= { count: 0, since: new Date().toISOString(), byKey: new Map() }
      refusals.count++
      count(refusals, keyId, 1)
    },
    async flush(connection, isLast = false) {
      const taken = refusals
      if (!taken || (!isLast && now() - writtenAt < EVERY_MS)) return
      refusals = undefined
      try {
        await insertAct(connection, {
          actor: 'anonymous',
          act: 'credential.refuse',
          object: 'credentials',
          after: { count: taken.count, since: taken.since, keys: Object.fromEntries(taken.byKey) },
          request_id: '',
        })
        writtenAt = now()
      } catch (error) {
        giveBack(taken)
        throw error
      }
    },
  }
}
