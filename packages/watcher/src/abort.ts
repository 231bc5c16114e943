import { setMaxListeners } from 'node:events'

/** A controller whose signal any number may listen to: every message in work does. */
export function createAbort(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}

const listenersOf = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `listener` when `signal` is aborted, at once when it is. Many may come and go here for next to nothing,
 * which an EventTarget's own listeners cannot.
 *
 * @returns what lets go of `signal`
 */
export function whenAborted(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener()
    return () => undefined
  }
  let listeners = listenersOf.get(signal)
  if (!listeners) {
    const all = new Set<() => void>()
    signal.addEventListener('abort', () => {
      for (const each of all) each()
    })
    listenersOf.set(signal, all)
    listeners = all
  }
  const mine = listeners
  mine.add(listener)
  return () => void mine.delete(listener)
}
