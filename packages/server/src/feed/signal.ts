/** Something that changes now and then and can be waited for; a change that nobody waits for is not lost. */
export interface Signal {
  raise(): void
  /** Resolves at the next change after `seen` (see {@link Signal.version}), or when `abort` is aborted. */
  changedSince(seen: number, abort?: AbortSignal): Promise<void>
  /** Grows with every change. Read it before looking, pass it when waiting: then no change is missed. */
  readonly version: number
}

export function createSignal(): Signal {
  let version = 0
  const waiting = new Set<() => void>()
  return {
    get version() {
      return version
    },
    raise() {
      version++
      const woken = [...waiting]
      waiting.clear()
      for (const wake of woken) wake()
    },
    changedSince: (seen, abort) =>
      new Promise((resolve) => {
        if (version !== seen || abort?.aborted) return resolve()
        const wake = () => {
          waiting.delete(wake)
          abort?.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(wake)
        abort?.addEventListener('abort', wake)
      }),
  }
}
