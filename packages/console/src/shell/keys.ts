import { useEffect } from 'react'

/** Single keys can be switched off (WCAG 2.1.4). */
const KEY = 'epr.keys'
export const hasKeys = (): boolean => localStorage.getItem(KEY) !== 'off'
export const switchKeys = (): void => localStorage.setItem(KEY, hasKeys() ? 'off' : 'on')

/** Whether a key goes into a text: in an editor, too, which stands in a shadow root, from outside of which only that is seen. */
function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath()
  if (!(target instanceof HTMLElement)) return false
  if (target.ariaReadOnly === 'true') return false
  return target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

/** Calls what belongs to a key while nobody types; `g a` is two keys after one another. */
export function useKeys(actions: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    let first = ''
    let forget: ReturnType<typeof setTimeout> | undefined
    function onKey(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTyping(event) || !hasKeys() || document.querySelector('dialog[open]')) return
      const action = actions[`${first}${first && ' '}${event.key}`] ?? actions[event.key]
      clearTimeout(forget)
      first = event.key === 'g' && first === '' ? 'g' : ''
      if (first) {
        forget = setTimeout(() => {
          first = ''
        }, 1_000)
      }
      if (!action) return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', onKey)
    return () => {
      removeEventListener('keydown', onKey)
      clearTimeout(forget)
    }
  }, [actions])
}
