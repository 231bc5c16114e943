import css from './ui.module.css'

export type State = 'passed' | 'failed' | 'missing' | 'open' | 'disabled'

/** What people read: missing is something to wait for, and no failure. */
const WORDS: Record<State, string> = {
  passed: 'passed',
  failed: 'failed',
  missing: 'waiting',
  open: 'open',
  disabled: 'disabled',
}

const GLYPHS: Record<State, React.ReactNode> = {
  passed: <path d="m3 7.4 2.6 2.6L11 4.4" />,
  failed: <path d="m4 4 6 6m0-6-6 6" />,
  missing: <circle cx="7" cy="7" r="3.6" strokeDasharray="1.6 2.1" />,
  open: (
    <>
      <circle cx="7" cy="7" r="4.2" />
      <path d="M7 2.8a4.2 4.2 0 0 1 0 8.4Z" fill="currentColor" stroke="none" />
    </>
  ),
  disabled: <path d="M5 4v6m4-6v6" />,
}

export function Glyph({ state }: { state: State }) {
  return (
    <svg
      width="14"
      height="14"
      viewBox="0 0 14 14"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {GLYPHS[state]}
    </svg>
  )
}

/** A state as word, glyph and colour. `isQuiet` leaves the word to those who cannot see the glyph. */
export function StateMark({
  state,
  word = WORDS[state],
  isPill = false,
  isQuiet = false,
}: {
  state: State
  word?: string
  isPill?: boolean
  isQuiet?: boolean
}) {
  return (
    <span className={`${css.state} ${css[state]} ${isPill ? css.pill : ''}`}>
      <Glyph state={state} />
      <span className={isQuiet ? 'visually-hidden' : undefined}>{word}</span>
    </span>
  )
}
