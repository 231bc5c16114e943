/** Bytes that clients make the server hold, together at most so many; and which of them have to go when it is more. */
export interface Budget {
  /** Begins to hold for one client. `giveUp` is called when this one has to go; what it held counts no more then. */
  hold(giveUp: GiveUp): Hold
  /** Counts bytes of one who is not to go any more, without a {@link Hold}. @returns false when there is no room */
  reserve(bytes: number): boolean
  /** Takes back what was reserved. */
  free(bytes: number): void
  /** Lets go of those who have not gone on for so long. */
  sweep(stalledMs: number): void
  /** Bytes that are held now. */
  readonly held: number
  /** How many had to go, or were not let in. */
  readonly refused: number
}

/** Why one has to go: there is no room for all, or it does not go on. */
export type GiveUp = (reason: 'full' | 'stalled') => void

export interface Hold {
  /**
   * Counts more bytes, or less, as a step forward.
   *
   * @returns false when there is no room: it is let go of then, and `giveUp` is not called
   */
  take(bytes: number): boolean
  /** It goes on. */
  progressed(): void
  /** It is not to go any more: what it holds is in work. */
  pin(): void
  /** Ends it; more than once is nothing. */
  release(): void
}

export interface BudgetOptions {
  /** Bytes of all together. */
  limit: number
  /** Who goes where nobody stands still: the largest, of those the newest; or the one for whom there is no room. */
  whoGoes: 'largest' | 'newcomer'
  now?: () => number
}

/** What is known of one who holds bytes. */
export interface Holder {
  bytes: number
  readonly startedAt: number
  progressedAt: number
  isPinned: boolean
}

/** One who stands still for longer goes before one who does not. */
const STANDS_STILL_MS = 1_000

/** The one that has stood still for the longest, for more than a second. */
export function findStalled<Some extends Holder>(holders: Iterable<Some>, now: number): Some | undefined {
  let found: Some | undefined
  for (const holder of holders) {
    if (holder.isPinned || now - holder.progressedAt <= STANDS_STILL_MS) continue
    if (!found || holder.progressedAt < found.progressedAt) found = holder
  }
  return found
}

/** The one that holds the most; of several the one that came last. */
export function findLargest<Some extends Holder>(holders: Iterable<Some>): Some | undefined {
  let found: Some | undefined
  for (const holder of holders) {
    if (holder.isPinned) continue
    const isMore = !found || holder.bytes > found.bytes
    if (isMore || (holder.bytes === found?.bytes && holder.startedAt >= found.startedAt)) found = holder
  }
  return found
}

export function createBudget({ limit, whoGoes, now = () => performance.now() }: BudgetOptions): Budget {
  const holders = new Map<Holder, GiveUp>()
  let held = 0
  let refused = 0

  function drop(holder: Holder): void {
    if (!holders.delete(holder)) return
    held -= holder.bytes
    holder.bytes = 0
  }

  /** @returns false when it is `asking` that has to go, or nobody else can */
  function makeRoom(asking: Holder | undefined): boolean {
    while (held > limit) {
      const largest = whoGoes === 'largest' ? findLargest(holders.keys()) : undefined
      const victim = findStalled(holders.keys(), now()) ?? largest
      refused++
      if (!victim || victim === asking) return false
      const giveUp = holders.get(victim)
      drop(victim)
      giveUp?.('full')
    }
    return true
  }

  return {
    hold(giveUp) {
      const startedAt = now()
      const holder: Holder = { bytes: 0, startedAt, progressedAt: startedAt, isPinned: false }
      holders.set(holder, giveUp)
      return {
        take(bytes) {
          if (!holders.has(holder)) return false
          holder.bytes += bytes
          held += bytes
          holder.progressedAt = now()
          if (held <= limit || makeRoom(holder)) return true
          drop(holder)
          return false
        },
        progressed() {
          holder.progressedAt = now()
        },
        pin() {
          holder.isPinned = true
        },
        release: () => drop(holder),
      }
    },
    reserve(bytes) {
      held += bytes
      if (held <= limit || makeRoom(undefined)) return true
      held -= bytes
      return false
    },
    free(bytes) {
      held -= bytes
    },
    sweep(stalledMs) {
      const oldest = now() - stalledMs
      for (const [holder, giveUp] of holders) {
        if (holder.isPinned || holder.progressedAt > oldest) continue
        refused++
        drop(holder)
        giveUp('stalled')
      }
    },
    get held() {
      return held
    },
    get refused() {
      return refused
    },
  }
}
