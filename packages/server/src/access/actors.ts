import { LRUCache } from 'lru-cache'
import { findActorId } from '../storage/actors.js'
import type { Database } from '../storage/database.js'
import type { Actor } from './actor.js'
import type { Principal } from './principal.js'

/** Numbers of those who record, as rows refer to them. */
export interface Actors {
  /**
   * The number of a caller, who is written down the first time; undefined while nobody is asked who they are. It is in
   * memory from then on, and no promise: whoever records an event pays no query for it.
   */
  idOf(principal: Principal): number | undefined | Promise<number | undefined>
}

/** A number and its digest are some 200 bytes. */
const MAX_KNOWN = 10_000

export function createActors(database: Database): Actors {
  /** By the object itself: it lives as long as keys and policies stay as they are. */
  const ids = new WeakMap<Actor, number>()
  /** By what the object says, for the time after. Those who ask at once share one answer. */
  const known = new LRUCache<string, number, Principal & { actor: Actor }>({
    max: MAX_KNOWN,
    fetchMethod: (_key, _stale, { context: { id: principal, actor } }) =>
      findActorId(database, { principal, ...actor }),
  })

  async function find(principal: Principal & { actor: Actor }): Promise<number | undefined> {
    const { id: principalId, actor } = principal
    const id = await known.fetch(JSON.stringify([principalId, actor]), { context: principal })
    if (id !== undefined) ids.set(actor, id)
    return id
  }

  const hasActor = (principal: Principal): principal is Principal & { actor: Actor } =>
    principal.actor !== undefined

  return {
    idOf: (principal) => (hasActor(principal) ? (ids.get(principal.actor) ?? find(principal)) : undefined),
  }
}
