/** Work of which only some is done at once: the rest waits its turn, in order. */
export interface Turns {
  run<T>(work: () => Promise<T>): Promise<T>
}

/** @param atOnce how many run at the same time; asked again whenever one begins or ends */
export function createTurns(atOnce: () => number): Turns {
  const waiting: (() => void)[] = []
  let running = 0

  function begin(): void | Promise<void> {
    if (waiting.length === 0 && running < atOnce()) running++
    else return new Promise<void>((resolve) => waiting.push(resolve))
  }

  function end(): void {
    running--
    while (waiting.length > 0 && running < Math.max(1, atOnce())) {
      running++
      waiting.shift()?.()
    }
  }

  return {
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
