import { useState } from 'react'
import { Dialog } from '../ui/parts.js'
import ui from '../ui/ui.module.css'
import { hasKeys, switchKeys } from './keys.js'
import css from './shell.module.css'
import { VIEWS } from './views.js'

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'find anything (Ctrl-K too)'],
  ...VIEWS.map(({ key, word }) => [`g ${key}`, `go to ${word}`] as const),
  ['u', 'one level up'],
  ['t', 'times as long ago, local or UTC'],
  ['y', 'copy the link'],
  ['j k', 'next and previous row'],
  ['← ↑ → ↓', 'move in a matrix; Enter opens'],
  ['[ ]', 'previous and next event of a receiver'],
  ['.', 'hold the feed'],
  ['?', 'this list'],
]

export function KeyList({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [isOn, setOn] = useState(hasKeys)
  function flip(): void {
    switchKeys()
    setOn(hasKeys())
  }
  return (
    <Dialog title="Keys" isOpen={isOpen} onClose={onClose}>
      <dl className={css.keyList}>
        {KEYS.map(([keys, meaning]) => (
          <div key={keys} style={{ display: 'contents' }}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key} className={css.key}>
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <div className={ui.actions}>
        <button type="button" className={ui.button} onClick={flip} aria-pressed={!isOn}>
          {isOn ? 'Switch single keys off' : 'Switch single keys on'}
        </button>
        <button type="button" className={ui.button} onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  )
}
