/** Deadlines of one length, for very many: one timer for all of them, where each its own would cost more than work. */
export interface Deadlines {
  /** Calls `onPassed` after the length. @returns what calls it off */
  start(onPassed: () => void): () => void
}

export function createDeadlines(lengthMs: number): Deadlines {
  /** In the order in which they pass, which is that in which they began. */
  const open = new Set<{ at: number; onPassed: () => void }>()
  let timer: NodeJS.Timeout | undefined

  function arm(): void {
    const [first] = open
    // What waits for nothing any more must not keep the process.
    timer = first && setTimeout(pass, Math.max(0, first.at - Date.now())).unref()
  }
  function pass(): void {
    const now = Date.now()
    for (const deadline of open) {
      if (deadline.at > now) break
      open.delete(deadline)
      deadline.onPassed()
    }
    arm()
  }

  return {
    start(onPassed) {
      const deadline = { at: Date.now() + lengthMs, onPassed }
      open.add(deadline)
      if (timer === undefined) arm()
      return () => void open.delete(deadline)
    },
  }
}
