import type { Slices } from '@epr/model'

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

/** How a long text is gone through: a slice takes some milliseconds. */
export const SLICES: Slices = { chars: 256 * 1024, turn: yieldTurn }

/** How long many small pieces of work go on before others have their turn. */
const BUSY_MS = 10

/** What `work` makes of each item, in order: some at once, and with turns for everybody else. */
export async function mapInTurns<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const entries = items.entries()
  let since = performance.now()
  let turn: Promise<void> | undefined

  function nextTurn(): Promise<void> {
    turn ??= yieldTurn().then(() => {
      turn = undefined
      since = performance.now()
    })
    return turn
  }

  async function goOn(): Promise<void> {
    for (const [index, item] of entries) {
      // All wait for the same turn: the first who comes back may have made it a long one.
      while (performance.now() - since > BUSY_MS) await nextTurn()
      results[index] = await work(item)
    }
  }

  await Promise.all(Array.from({ length: atOnce }, goOn))
  return results
}
