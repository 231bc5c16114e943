/** Work of which only some is done at once: the rest waits its turn, in order. */
export interface Turns {
  run<T>(work: () => Promise<T>): Promise<T>
  /** How many wait. */
  readonly waiting: number
}

/** @param atOnce how many run at the same time */
export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = []
  let running = 0

  async function begin(): Promise<void> {
    if (running < atOnce) running++
    // Whoever ends hands their place on.
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function end(): void {
    const next = waiting.shift()
    if (next) next()
    else running--
  }

  return {
    get waiting() {
      return waiting.length
    },
    async run(work) {
      await begin()
      try {
        return await work()
      } finally {
        end()
      }
    },
  }
}

/** Lets the event loop see to everybody else. */
export const yieldTurn = (): Promise<void> => new Promise(setImmediate)
