/** Work on messages: those of one key one after another, different ones side by side. */
export interface Lanes {
  /** Begins `task` once all earlier ones of its key have ended. A task must not reject. */
  enter<T>(key: string, task: () => Promise<T>): Promise<T>
}

/** At most so many at once, over everything. */
export interface Pool {
  /** Takes a place at once, or resolves when it has got one. Each place is given back with {@link Pool.leave}. */
  enter(): Promise<void> | undefined
  leave(): void
}

export function createLanes(): Lanes {
  const last = new Map<string, Promise<unknown>>()
  return {
    enter(key, task) {
      const before = last.get(key)
      const mine = before === undefined ? task() : before.then(task)
      last.set(key, mine)
      const leave = () => {
        if (last.get(key) === mine) last.delete(key)
      }
      void mine.then(leave, leave)
      return mine
    },
  }
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
