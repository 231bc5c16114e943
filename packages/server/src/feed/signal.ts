/** Something that changes now and then and can be waited for; a change that nobody waits for is not lost. */
export interface Signal {
  raise(): void
  /**
   * Resolves at the next change after `seen` (see {@link Signal.version}), when `abort` is aborted, or after so many milliseconds.
   *
   * A timer of its own: of `AbortSignal.any` over `AbortSignal.timeout`, Node 20 forgets the timer when it collects garbage, and
   * that never fires.
   *
   * @default timeoutMs as long as it takes
   */
  changedSince(seen: number, abort?: AbortSignal, timeoutMs?: number): Promise<void>
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
    changedSince: (seen, abort, timeoutMs) =>
      new Promise((resolve) => {
        if (version !== seen || abort?.aborted) return resolve()
        const wake = () => {
          clearTimeout(timer)
          waiting.delete(wake)
          abort?.removeEventListener('abort', wake)
          resolve()
        }
        const timer = timeoutMs === undefined ? undefined : setTimeout(wake, timeoutMs)
        waiting.add(wake)
        abort?.addEventListener('abort', wake)
      }),
  }
}
