import { useSyncExternalStore } from 'react'

const KEY = 'epr.theme'
const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const listeners = new Set<() => void>()
const stored = (): Theme => THEMES.find((known) => known === localStorage.getItem(KEY)) ?? 'system'

/** Before the page is drawn, so that it does not flash. */
export function applyTheme(): void {
  const theme = stored()
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

export function nextTheme(): void {
  const next = THEMES[(THEMES.indexOf(stored()) + 1) % THEMES.length] ?? 'system'
  localStorage.setItem(KEY, next)
  applyTheme()
  for (const listener of listeners) listener()
}

export const useTheme = (): Theme =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, stored)
