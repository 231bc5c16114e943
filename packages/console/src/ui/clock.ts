import { useSyncExternalStore } from 'react'
import { serverNow } from '../data/api.js'

/** How times are shown: as long ago, in the zone of the browser, or in UTC. */
export type TimeMode = 'relative' | 'local' | 'utc'

const KEY = 'epr.time'
const MODES: readonly TimeMode[] = ['relative', 'local', 'utc']

const stored = localStorage.getItem(KEY)
let mode: TimeMode = MODES.find((known) => known === stored) ?? 'relative'
let now = serverNow()
const listeners = new Set<() => void>()

/** What is shown is at most so old; a page that is not seen stands still. */
const TICK_MS = 5_000

function tick(): void {
  if (document.hidden) return
  now = serverNow()
  for (const listener of listeners) listener()
}
setInterval(tick, TICK_MS)
document.addEventListener('visibilitychange', tick)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useNow = (): number => useSyncExternalStore(subscribe, () => now)
export const useTimeMode = (): TimeMode => useSyncExternalStore(subscribe, () => mode)

export function nextTimeMode(): void {
  mode = MODES[(MODES.indexOf(mode) + 1) % MODES.length] ?? 'relative'
  localStorage.setItem(KEY, mode)
  tick()
  for (const listener of listeners) listener()
}
