/** The key with which the page asks, where it was typed here. A login by cookie needs none. */

const KEY = 'epr.key'

let typed = sessionStorage.getItem(KEY) ?? undefined
let isRefused = false
const listeners = new Set<() => void>()

const changed = () => {
  for (const listener of listeners) listener()
}

export const session = {
  get key(): string | undefined {
    return typed
  },
  /** Whether the server has said that it does not know who asks. */
  get isRefused(): boolean {
    return isRefused
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  use(key: string | undefined): void {
    typed = key
    isRefused = false
    if (key === undefined) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, key)
    changed()
  },
  refused(): void {
    if (isRefused) return
    isRefused = true
    changed()
  },
}
