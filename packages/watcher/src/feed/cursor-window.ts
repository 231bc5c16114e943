/** The messages that were read and are not all done. */
export interface CursorWindow {
  /** Messages must come in their order. @returns what is called when it is done */
  add(cursor: string): () => void
  /** All up to here are done: the only cursor that may be remembered. */
  readonly done: string | undefined
  readonly size: number
  /** Resolves once fewer than `size` are not done. */
  belowOrAborted(size: number, signal: AbortSignal): Promise<void>
}

export function createCursorWindow(): CursorWindow {
  const entries: { cursor: string; isDone: boolean }[] = []
  let done: string | undefined
  let wake: () => void = () => undefined

  function advance(): void {
    while (entries[0]?.isDone) done = entries.shift()?.cursor
    wake()
  }

  return {
    add(cursor) {
      const entry = { cursor, isDone: false }
      entries.push(entry)
      return () => {
        entry.isDone = true
        if (entries[0] === entry) advance()
      }
    },
    get done() {
      return done
    },
    get size() {
      return entries.length
    },
    async belowOrAborted(size, signal) {
      while (entries.length >= size && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = () => {
            signal.removeEventListener('abort', wake)
            resolve()
          }
          signal.addEventListener('abort', wake)
        })
      }
    },
  }
}
