/** At most so many at once, over everything. A promise for each message that finds a place would cost more than its work. */
export interface Pool {
  /** Takes a place at once, or resolves when it has got one. Each place is given back with {@link Pool.leave}. */
  enter(): Promise<void> | undefined
  leave(): void
}

/** @param size how many places there are, 1 or more */
export function createPool(size: number): Pool {
  let waiting: (() => void)[] = []
  let first = 0
  let taken = 0
  return {
    enter() {
      if (taken >= size) return new Promise((resolve) => waiting.push(resolve))
      taken++
      return undefined
    },
    leave() {
      const next = waiting[first]
      if (!next) {
        taken--
        return
      }
      // The place goes straight to who has waited longest.
      if (++first === waiting.length) {
        waiting = []
        first = 0
      }
      next()
    },
  }
}
