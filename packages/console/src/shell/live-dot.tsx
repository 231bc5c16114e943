import { useSyncExternalStore } from 'react'
import { live } from '../data/live/live.js'
import { useNow } from '../ui/clock.js'
import css from './shell.module.css'

const clock = (ms: number): string => new Date(ms).toTimeString().slice(0, 8)

const WORDS = { connecting: 'connecting', live: 'live', lost: 'connection lost' } as const

/** Whether what is shown is as of now, and if not, as of when. */
export function LiveDot() {
  const { state, since, reason } = useSyncExternalStore(live.onState, live.state)
  const now = useNow()
  const asOf = state === 'live' ? Math.max(now, since) : since
  return (
    <span
      className={css.live}
      data-state={state}
      title={reason ?? 'what happens is shown as it happens'}
      role="status"
    >
      <i aria-hidden="true" />
      {WORDS[state]}
      <span aria-hidden="true">as of {clock(asOf)}</span>
    </span>
  )
}
