import { Link } from '@tanstack/react-router'
import { visible } from './text.js'
import ui from './ui.module.css'

/** The gates of groups; `none` is said where there are none. */
export function GateLinks({
  groups,
  none,
}: {
  groups: readonly { id: string; name: string }[]
  none: string
}) {
  if (groups.length === 0) return <span className={ui.muted}>{none}</span>
  return groups.map(({ id, name }, at) => (
    <span key={id}>
      {at > 0 && ', '}
      <Link to="/gates/$group" params={{ group: id }}>
        {visible(name)}
      </Link>
    </span>
  ))
}
