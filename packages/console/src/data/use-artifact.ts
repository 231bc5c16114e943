import type { Event, Nvrpp } from '@epr/model'
import { nvrppKey } from '@epr/model'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api } from './api.js'
import { nvrppOf } from './gate-rows.js'
import { live } from './live/live.js'
import { nowAndThen } from './now-and-then.js'

export type EventRow = Pick<
  Event,
  'id' | 'description' | 'success' | 'event_receiver_id' | 'created_at' | 'actor'
>

const FIELDS = ['id', 'description', 'success', 'event_receiver_id', 'created_at', 'actor'] as const
/** More than any artifact that goes through a pipeline has; the newest are shown. */
export const MOST_EVENTS = 500

/** The artifacts of a name, the one that had an event last first. */
export const useVersions = (name: string) =>
  useQuery({
    queryKey: ['versions', name],
    queryFn: async ({ signal }) => (await api().artifacts.find({ name }, { signal })).data.map(nvrppOf),
  })

/** How the address of a comparison names the other side; the name is the same. */
export const toOther = ({ version, release, platform_id, package: pkg }: Nvrpp) => ({
  with_version: version,
  with_release: release,
  with_platform_id: platform_id,
  with_package: pkg,
})

/** An artifact's gates and events, asked for again when there is a new event of it. */
export function useArtifact(nvrpp: Nvrpp) {
  const queries = useQueryClient()
  const key = nvrppKey(nvrpp)
  const gates = useQuery({
    queryKey: ['artifact', key, 'gates'],
    queryFn: ({ signal }) => api().artifacts.gates(nvrpp, { signal }),
  })
  const events = useQuery({
    queryKey: ['artifact', key, 'events'],
    queryFn: ({ signal }): Promise<EventRow[]> =>
      api().events.find(nvrpp, { fields: FIELDS, order: 'desc', limit: MOST_EVENTS, signal }),
  })
  useEffect(() => {
    const askAgain = () => void queries.invalidateQueries({ queryKey: ['artifact', key] })
    const stop = live.onEntries((entries) => {
      if (entries.some((entry) => entry.kind === 'event' && nvrppKey(entry) === key)) askAgain()
    })
    const gaps = nowAndThen(askAgain)
    const stopGap = live.onGap(gaps.run)
    return () => {
      stop()
      stopGap()
      gaps.end()
    }
  }, [queries, key])
  return { gates, events }
}
