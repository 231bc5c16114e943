import type { Client } from '@epr/client'

/** What REST answers as `data`, for calls that the SDK has no words for. */
export async function askFor<Data>(
  client: Client,
  method: string,
  path: string,
  body?: unknown,
): Promise<Data> {
  const { json } = await client.rest(method, path, body)
  return (json as { data: Data }).data
}
