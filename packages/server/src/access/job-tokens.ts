import { hash } from 'node:crypto'
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { AccessError } from './access-error.js'
import type { Issuer } from './issuer.js'
import { createIssuerKeys } from './issuer-keys.js'
import { type Claims, toClaims } from './job-claims.js'

/** Never `none`, and nothing by which a public key could be taken for a secret one (RFC 8725, section 3.1). */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA']
const MAX_BYTES = 16_384
const TOLERANCE_S = 60
const CACHED = 10_000

/** A token that is good until then. */
export interface JobToken {
  readonly issuer: Issuer
  readonly claims: Claims
  /** In milliseconds since 1970. */
  readonly expiresAt: number
}

export interface JobTokens {
  /** A token that has been verified before and is still good. */
  known(token: string): JobToken | undefined
  /** Whether tokens of this issuer are taken. */
  has(issuer: Issuer): boolean
  /** @throws AccessError with what is wrong */
  verify(token: string): Promise<JobToken>
}

export interface JobTokensOptions {
  issuers: readonly Issuer[]
  onError: (error: unknown) => void
}

/** SPIFFE's tokens may say their trust domain in `sub` alone (JWT-SVID, section 3.1). */
function issuerIn({ iss, sub }: JWTPayload): string | undefined {
  if (iss !== undefined) return iss
  return /^spiffe:\/\/[^/]+(?=\/)/.exec(sub ?? '')?.[0]
}

function decode(token: string): JWTPayload {
  try {
    return decodeJwt(token)
  } catch {
    throw new AccessError('token_malformed', 'what was sent is neither a key of EPR nor a JSON Web Token')
  }
}

/** What a job's owner has to know; nothing of the token. */
function toAccessError(error: unknown, { name, audience }: Issuer): unknown {
  if (error instanceof errors.JWTExpired)
    return new AccessError(
      'expired',
      `the token of ${name} is over: ask the job for another, or exchange it in time`,
    )
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud')
      return new AccessError(
        'audience',
        `the token of ${name} is for somebody else: ask for the audience ${audience}`,
      )
    if (error.claim === 'nbf')
      return new AccessError('not_yet_valid', `the token of ${name} is not yet valid: compare the clocks`)
    return new AccessError('token_malformed', `the token of ${name} has no good ${error.claim}`)
  }
  if (error instanceof errors.JWKSTimeout)
    return new AccessError('issuer_away', `the issuer ${name} does not give its keys: try again in a minute`)
  if (error instanceof errors.JOSEError)
    return new AccessError('signature', `the token of ${name} is not signed by a key of its issuer`)
  return error
}

/** Tokens of the issuers that are configured; nothing is fetched for a token of another. */
export function createJobTokens({ issuers, onError }: JobTokensOptions): JobTokens {
  const now = (): number => performance.now()
  const byIssuer = new Map<string, { issuer: Issuer; keys: JWTVerifyGetKey }>(
    issuers.map((issuer) => [issuer.issuer, { issuer, keys: createIssuerKeys({ issuer, now, onError }) }]),
  )
  const cache = new LRUCache<string, JobToken>({ max: CACHED })

  async function verifyNew(token: string): Promise<JobToken> {
    if (token.length > MAX_BYTES)
      throw new AccessError('token_too_large', `a token has at most ${MAX_BYTES} bytes`)
    const payload = decode(token)
    const said = issuerIn(payload)
    const found = said === undefined ? undefined : byIssuer.get(said)
    if (!found)
      throw new AccessError(
        'issuer_unknown',
        'the token is of an issuer that is not configured: epr-cli access apply adds one',
      )
    const { issuer, keys } = found
    try {
      const verified = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        audience: issuer.audience,
        clockTolerance: TOLERANCE_S,
        requiredClaims: ['exp', 'aud', 'sub'],
      })
      return {
        issuer,
        claims: toClaims(verified.payload),
        expiresAt: ((verified.payload.exp ?? 0) + TOLERANCE_S) * 1_000,
      }
    } catch (error) {
      throw toAccessError(error, issuer)
    }
  }

  const digestOf = (token: string): string => hash('sha256', token, 'base64')

  return {
    has: ({ issuer }) => byIssuer.has(issuer),
    known(token) {
      const held = cache.get(digestOf(token))
      return held && held.expiresAt > Date.now() ? held : undefined
    },
    async verify(token) {
      const verified = await verifyNew(token)
      cache.set(digestOf(token), verified)
      return verified
    },
  }
}
