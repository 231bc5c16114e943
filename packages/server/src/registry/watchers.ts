import { EprError, heartbeatSchema, type WatcherState, watcherNameSchema } from '@epr/model'
import * as z from 'zod'
import { AccessError } from '../access/access-error.js'
import type { Principal } from '../access/principal.js'
import { assertMay, isAnyGranted } from '../access/rights.js'
import type { Call } from '../call.js'
import type { Databases } from '../storage/open-database.js'
import { MAX_WATCHERS, selectWatchers, upsertWatcher, type WatcherKey } from '../storage/watchers.js'
import { parseInput } from './input.js'

/** The programs that watch, as they say themselves. */
export interface Watchers {
  /**
   * Keeps what a watcher says of itself.
   *
   * @throws EprError INVALID_ARGUMENT; PERMISSION_DENIED for the name of another's; RATE_LIMITED when too many are heard
   */
  beat(key: WatcherKey, heartbeat: unknown, call: Call): Promise<void>
  /** All that were heard within a week, by name. */
  find(call: Call): Promise<WatcherState[]>
}

const keySchema = z.object({ name: watcherNameSchema, instance: watcherNameSchema })

/** A key speaks for watchers that are called as it is, or so with a dot and more behind it. */
function assertOwnName(principal: Principal, name: string): void {
  if (principal.kind !== 'key' || isAnyGranted(principal, 'admin')) return
  const own = principal.id.replace(/^key:/, '')
  if (name === own || name.startsWith(`${own}.`)) return
  const problem = `the key ${own} speaks for watchers called ${own} or ${own}.…, and not for ${JSON.stringify(name)}`
  throw new AccessError('denied', problem)
}

export function createWatchers(databases: Pick<Databases, 'background' | 'reading'>): Watchers {
  return {
    async beat(key, heartbeat, { principal }) {
      assertMay(principal, { verb: 'read' })
      const { name, instance } = parseInput(keySchema, key)
      assertOwnName(principal, name)
      const said = parseInput(heartbeatSchema, heartbeat)
      const outcome = await upsertWatcher(databases.background, { name, instance }, principal.id, said)
      if (outcome === 'taken') {
        const problem = `the watcher ${JSON.stringify(name)} at ${JSON.stringify(instance)} is another caller's`
        throw new AccessError('denied', problem)
      }
      if (outcome === 'full')
        throw new EprError('RATE_LIMITED', `${MAX_WATCHERS} watchers are heard already, which is the most`)
    },
    async find({ principal }) {
      assertMay(principal, { verb: 'read' })
      return selectWatchers(databases.reading)
    },
  }
}
