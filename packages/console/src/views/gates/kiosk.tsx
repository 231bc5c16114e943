import type { EventReceiverGroup } from '@epr/model'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { useKeys } from '../../shell/keys.js'
import ui from '../../ui/ui.module.css'
import css from './gates.module.css'

const route = getRouteApi('/gates/$group')
/** How long a gate is shown, where the address does not say another number of seconds from 5 on. */
const TURN_S = 30
const LEAST_S = 5

/** Goes from gate to gate, for a screen on a wall. */
export function Kiosk({
  group,
  groups,
}: {
  group: EventReceiverGroup
  groups: readonly EventReceiverGroup[]
}) {
  const { kiosk } = route.useSearch()
  const navigate = useNavigate()
  const [isHeld, setHeld] = useState(false)
  const enabled = groups.filter((each) => each.enabled)
  const at = enabled.findIndex(({ id }) => id === group.id)
  const next = enabled[(at + 1) % Math.max(1, enabled.length)]?.id
  const seconds = Number(kiosk) >= LEAST_S ? Number(kiosk) : TURN_S

  useEffect(() => {
    if (isHeld || next === undefined || next === group.id) return
    const timer = setTimeout(
      () =>
        void navigate({
          to: '/gates/$group',
          params: { group: next },
          search: (search) => search as object,
          replace: true,
        }),
      seconds * 1_000,
    )
    return () => clearTimeout(timer)
  }, [isHeld, next, group.id, seconds, navigate])

  const keys = useMemo(
    () => ({
      '.': () => setHeld((before) => !before),
      Escape: () =>
        void navigate({
          to: '/gates/$group',
          params: { group: group.id },
          search: (before) => ({ ...before, kiosk: undefined }) as object,
        }),
    }),
    [navigate, group.id],
  )
  useKeys(keys)
  return (
    <div className={css.foot}>
      {enabled.length > 1 && (
        <>
          <span>
            gate {at + 1} of {enabled.length}, the next one{' '}
            {isHeld ? 'when it goes on' : `after ${seconds} s`}
          </span>
          <button type="button" className={ui.button} onClick={keys['.']}>
            {isHeld ? 'Go on' : 'Hold'}
          </button>
        </>
      )}
      <button type="button" className={ui.button} onClick={keys.Escape}>
        Leave the kiosk
      </button>
    </div>
  )
}
