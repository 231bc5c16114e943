/** What is done in a partition without being committed yet. */
export interface DoneOffsets {
  has(offset: string, timestamp: string): boolean
  add(offset: string, timestamp: string): void
  /** Lets go of all below an offset, once that is committed. */
  forgetBelow(offset: string): void
  readonly size: number
}

/**
 * Remembers over sessions what is done, so that a redelivery skips it. A topic that is made anew has the same
 * offsets again, but not the same timestamps.
 */
export function createDoneOffsets(): DoneOffsets {
  const done = new Map<string, string>()
  return {
    has: (offset, timestamp) => done.size > 0 && done.get(offset) === timestamp,
    add: (offset, timestamp) => void done.set(offset, timestamp),
    forgetBelow(offset) {
      // No partition will ever hold 2^53 records.
      const end = Number(offset)
      for (const key of done.keys()) if (Number(key) < end) done.delete(key)
    },
    get size() {
      return done.size
    },
  }
}

export interface PartitionOffset {
  topic: string
  partition: number
  offset: string
}

/** Commits what has moved, of all partitions in one request, one request at a time. */
export interface Committer {
  /** `offset` is the next one to read. Later calls for one partition have greater ones. */
  move(position: PartitionOffset): void
  /** Resolves once all that has moved so far is committed. */
  flush(): Promise<void>
}

export function createCommitter(
  commit: (positions: readonly PartitionOffset[]) => Promise<void>,
  onCommitted: (position: PartitionOffset) => void,
): Committer {
  let moved = new Map<string, PartitionOffset>()
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  async function send(): Promise<void> {
    const taken = moved
    if (taken.size === 0) return
    moved = new Map()
    try {
      await commit([...taken.values()])
    } catch (error) {
      // What has moved meanwhile is further on.
      moved = new Map([...taken, ...moved])
      throw error
    }
    for (const position of taken.values()) onCommitted(position)
  }

  function start(): Promise<void> {
    running = send().finally(() => {
      running = undefined
    })
    return running
  }

  return {
    move: (position) => void moved.set(`${position.partition}@${position.topic}`, position),
    flush() {
      if (!running) return start()
      next ??= running
        .catch(() => undefined)
        .then(() => {
          next = undefined
          return start()
        })
      return next
    },
  }
}
