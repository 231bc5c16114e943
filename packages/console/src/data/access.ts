import { useQuery } from '@tanstack/react-query'
import { api } from './api.js'

/** Who the server takes this page for. */
export interface Whoami {
  kind: 'anonymous' | 'key' | 'job' | 'session' | 'user'
  id: string
  label: string
  /** Whether nobody is asked who they are. */
  open: boolean
  expires_at: string | null
  rights: readonly (Readonly<Record<string, unknown>> & { verb: string })[]
}

export interface Key {
  id: string
  name: string
  admin: boolean
  created_at: string
  expires_at: string | null
  revoked_at: string | null
  last_used_at: string | null
}

/** A key that was just made: its text is told this once. */
export type ShownKey = Key & { key: string }

/** What REST answers as `data`, for calls that the SDK has no words for. */
export async function ask<Data>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Data> {
  const { json } = await api().rest(method, path, body, signal && { signal })
  return (json as { data: Data }).data
}

export const useWhoami = () =>
  useQuery({
    queryKey: ['whoami'],
    queryFn: ({ signal }) => ask<Whoami>('GET', '/auth/whoami', undefined, signal),
  })

export const useKeyList = (isAdmin: boolean) =>
  useQuery({
    queryKey: ['keys'],
    enabled: isAdmin,
    queryFn: ({ signal }) => ask<Key[]>('GET', '/keys', undefined, signal),
  })
