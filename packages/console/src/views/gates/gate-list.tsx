import { Link, Navigate } from '@tanstack/react-router'
import { useGroups } from '../../data/definitions.js'
import { Failure, Skeleton } from '../../ui/parts.js'
import { visible } from '../../ui/text.js'
import ui from '../../ui/ui.module.css'
import { NoGates } from './no-gates.js'

export const LAST_GATE = 'epr.gate'

/** The gate that was looked at last, else the newest. */
export function GateList() {
  const { data, error, refetch } = useGroups()
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton />
  const last = localStorage.getItem(LAST_GATE)
  const chosen = data.find(({ id }) => id === last) ?? data.find(({ enabled }) => enabled) ?? data[0]
  if (!chosen) return <NoGates />
  return (
    <>
      <Navigate to="/gates/$group" params={{ group: chosen.id }} replace />
      <Link className={ui.muted} to="/gates/$group" params={{ group: chosen.id }}>
        {visible(chosen.name)}
      </Link>
    </>
  )
}
