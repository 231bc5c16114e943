import { ApiError, type Client } from '@epr/client'
import { CommandError } from '../exit/command-error.js'

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

/** Takes away what somebody has named; `listed` is the command that lists what there is, for when it is not there. */
export async function takeAway<Data>(client: Client, path: string, listed: string): Promise<Data> {
  try {
    return await askFor<Data>(client, 'DELETE', path)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'NOT_FOUND') throw error
    throw new CommandError('NOT_FOUND', `${error.message}; epr-cli ${listed} has those that there are`, {
      cause: error,
    })
  }
}
