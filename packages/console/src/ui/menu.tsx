import { useRef } from 'react'
import css from './ui.module.css'

/** What opens below a button, and closes by Escape, by going elsewhere, or by what is chosen. */
export function Menu({ word, children }: { word: string; children: (close: () => void) => React.ReactNode }) {
  const menu = useRef<HTMLDetailsElement>(null)
  function close(): void {
    if (menu.current) menu.current.open = false
    menu.current?.querySelector('summary')?.focus()
  }
  return (
    <details
      className={css.menu}
      ref={menu}
      onKeyDown={({ key }) => key === 'Escape' && close()}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) currentTarget.open = false
      }}
    >
      <summary className={css.button}>{word}</summary>
      <div>{children(close)}</div>
    </details>
  )
}
