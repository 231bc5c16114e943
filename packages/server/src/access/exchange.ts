import { EprError } from '@epr/model'
import type { Database } from '../storage/database.js'
import { insertSession } from '../storage/sessions.js'
import type { Access, Asking } from './access.js'
import { AccessError } from './access-error.js'
import { drawSession, hashKey } from './key-text.js'

const LIFE_S = 3_600

/** A session that has just begun. */
export interface NewlyBegun {
  /** The session itself: shown once, kept nowhere. */
  text: string
  lifeS: number
}

/**
 * Exchanges the token of a CI job for a session of an hour, for jobs that outlive their token. It is good on every server, and may do
 * what policies grant such a job, whatever they say by then.
 *
 * @throws AccessError for a token that is not good, and for a job that no policy is for; EprError INVALID_ARGUMENT for a key
 */
export type Exchange = (token: string, from: Asking['socket']) => Promise<NewlyBegun>

export function createExchange({ database, access }: { database: Database; access: Access }): Exchange {
  return async (subject, from) => {
    if (!subject.includes('.'))
      throw new EprError(
        'INVALID_ARGUMENT',
        'only the token of a CI job is exchanged: a key or a session is not one',
      )
    const { principal, token } = await access.jobOf(subject, from)
    // Strangers have tokens of an issuer that they share with others: they get no rows.
    if (principal.grants.length === 0)
      throw new AccessError(
        'denied',
        `${principal.label} gets no session: ${principal.nearly ?? 'no policy is for it'}`,
      )
    const { id, text } = drawSession()
    await insertSession(database, {
      id,
      hash: hashKey(text),
      kind: 'exchange',
      caller: principal.id,
      principal: { issuer: token.issuer.issuer, claims: token.claims },
      expires_at: new Date(Date.now() + LIFE_S * 1_000).toISOString(),
    })
    return { text, lifeS: LIFE_S }
  }
}
