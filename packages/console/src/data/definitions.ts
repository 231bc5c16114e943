import type { EventReceiver, EventReceiverGroup } from '@epr/model'
import { useQuery } from '@tanstack/react-query'
import { api } from './api.js'

export type ReceiverRow = Omit<EventReceiver, 'schema'>

const RECEIVER_FIELDS = ['id', 'name', 'type', 'version', 'description', 'fingerprint', 'created_at'] as const

/** All receivers without their schemas: they are few. */
export const useReceivers = () =>
  useQuery({
    queryKey: ['receivers'],
    queryFn: ({ signal }): Promise<ReceiverRow[]> =>
      api().receivers.find({}, { fields: RECEIVER_FIELDS, order: 'desc', signal }),
  })

export const useGroups = () =>
  useQuery({
    queryKey: ['groups'],
    queryFn: ({ signal }): Promise<EventReceiverGroup[]> => api().groups.find({}, { order: 'desc', signal }),
  })

/** Receivers by their ids. */
export function useReceiverNames(): (id: string) => ReceiverRow | undefined {
  const { data = [] } = useReceivers()
  const byId = new Map(data.map((receiver) => [receiver.id, receiver]))
  return (id) => byId.get(id)
}
