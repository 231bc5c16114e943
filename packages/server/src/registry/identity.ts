import { idTimeMs } from '@epr/model'
import { monotonicFactory } from 'ulid'

/** A new object's id and moment of creation, which is the one in the id. */
export interface Identity {
  id: string
  /** RFC 3339, milliseconds. */
  created_at: string
}

/** Makes ids that rise within this process, also when its clock steps back. */
export function createIdentities(): () => Identity {
  const nextId = monotonicFactory()
  return () => {
    const id = nextId()
    return { id, created_at: new Date(idTimeMs(id)).toISOString() }
  }
}
