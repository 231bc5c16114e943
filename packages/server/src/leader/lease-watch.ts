import type { Lease } from '../storage/lease.js'

/** How long the one that leads may be silent before another takes over. */
export const LEASE_MS = 5_000

/** Watches a lease that another server has. */
export interface LeaseWatch {
  /**
   * Whether the lease, as it is seen now, may be taken over: its holder is gone, or has been silent for
   * {@link LEASE_MS}. Only the watcher's own clock counts, and only what it has seen itself.
   *
   * @param now milliseconds of a clock that only goes forward
   */
  mayTake(seen: Lease & { isAbandoned: boolean }, now: number): boolean
}

export function createLeaseWatch(): LeaseWatch {
  let last: Lease | undefined
  let since = 0
  return {
    mayTake({ token, beat, isAbandoned }, now) {
      if (last?.token !== token || last.beat !== beat) {
        last = { token, beat }
        since = now
      }
      return isAbandoned || now - since >= LEASE_MS
    },
  }
}
