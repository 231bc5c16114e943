import { randomFillSync } from 'node:crypto'
import { idTimeMs } from '@epr/model'
import { monotonicFactory } from 'ulid'

/** A new object's id and moment of creation, which is the one in the id. */
export interface Identity {
  id: string
  /** RFC 3339, milliseconds. */
  created_at: string
}

const POOL_BYTES = 4_096

/** ulid draws one random number for each of 16 characters: from a pool that costs a twentieth of asking each time. */
function createRandom(): () => number {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES
  return () => {
    if (used === POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    return pool.readUInt8(used++) / 256
  }
}

/** Makes ids that rise within this process, also when its clock steps back. */
export function createIdentities(): () => Identity {
  const nextId = monotonicFactory(createRandom())
  return () => {
    const id = nextId()
    return { id, created_at: new Date(idTimeMs(id)).toISOString() }
  }
}
