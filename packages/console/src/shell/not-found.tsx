import { Link, useLocation } from '@tanstack/react-router'
import { Empty } from '../ui/parts.js'
import { visible } from '../ui/text.js'

export function NotFound() {
  const { pathname } = useLocation()
  return (
    <Empty title="There is nothing here">
      <p>
        The console has no page <code>{visible(pathname)}</code>. <Link to="/">Go to the overview</Link>, or
        press <kbd>/</kbd> to find what you were looking for.
      </p>
    </Empty>
  )
}
