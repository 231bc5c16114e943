import { type Event, fromJsonText, type JsonText } from '@epr/model'
import { useQuery } from '@tanstack/react-query'
import { api } from './api.js'

/** An event whose payload and schema are the texts that were sent: JSON.parse would change them. */
export type ExactEvent = Event & { payload: JsonText }

const FOREVER = { staleTime: Number.POSITIVE_INFINITY }

export const useEvent = (id: string) =>
  useQuery({
    queryKey: ['event', id],
    ...FOREVER,
    queryFn: async ({ signal }) => (await api().events.get(id, { exact: true, signal })) as ExactEvent,
  })

export const payloadOf = ({ payload }: ExactEvent): string => fromJsonText(payload)

/** The last success of the same name at the same receiver before an event; null when there is none. */
export const useLastPass = (event: ExactEvent | undefined) =>
  useQuery({
    queryKey: ['last pass', event?.id],
    enabled: event !== undefined,
    ...FOREVER,
    async queryFn({ signal }): Promise<ExactEvent | null> {
      if (!event) return null
      const { name, event_receiver_id, id } = event
      const [last] = await api().events.find(
        { name, event_receiver_id, success: true },
        { fields: ['id'], order: 'desc', limit: 1, after: id, signal },
      )
      return last ? ((await api().events.get(last.id, { exact: true, signal })) as ExactEvent) : null
    },
  })

/** The events of the same receiver on both sides of one. */
export const useNeighbours = (event: ExactEvent | undefined) =>
  useQuery({
    queryKey: ['neighbours', event?.id],
    enabled: event !== undefined,
    async queryFn({ signal }) {
      if (!event) return {}
      const { event_receiver_id, id } = event
      const beside = (order: 'asc' | 'desc') =>
        api().events.find({ event_receiver_id }, { fields: ['id'], order, limit: 1, after: id, signal })
      const [[previous], [next]] = await Promise.all([beside('desc'), beside('asc')])
      return { previous: previous?.id, next: next?.id }
    },
  })
