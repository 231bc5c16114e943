import type { Client } from '@epr/client'
import type { Context } from '../../settings/context.js'

const EXCHANGE = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
}

/** A JSON Web Token: a key has no dots. */
const isJobToken = (token: string | undefined): token is string => token?.split('.').length === 3

/** The token of a CI job, which nobody replaces when it is over; a file of tokens is read again. */
async function findToken(client: Client, { settings: { token } }: Context, signal: AbortSignal) {
  if (typeof token === 'string') return token
  if (!token?.isDetected) return undefined
  const { features } = await client.status({ signal })
  return features.includes('auth') ? token.get() : undefined
}

/**
 * A client for when a command has ended: the token of the CI job may be over by then, and is exchanged for a session now (RFC 8693).
 *
 * @param ended aborted when there is no more time for that: the token is still what it was then
 * @returns the same client where there is nothing to exchange, or it cannot be: what is wrong is said by what is recorded
 */
export async function outliveToken(client: Client, context: Context, ended: AbortSignal): Promise<Client> {
  try {
    const token = await findToken(client, context, ended)
    if (!isJobToken(token)) return client
    const body = { ...EXCHANGE, subject_token: token }
    const { json } = await client.rest('POST', '/auth/token', body, { signal: ended })
    const { access_token: session } = json as { access_token?: unknown }
    return typeof session === 'string' ? await context.connect('record', session) : client
  } catch {
    return client
  }
}
