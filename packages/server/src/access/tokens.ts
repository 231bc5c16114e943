import {
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyResult,
  jwtVerify,
} from 'jose'
import { LRUCache } from 'lru-cache'
import type { Person } from '../storage/sessions.js'
import { AccessError } from './access-error.js'
import { type PeopleIssuer, readAccessToken } from './access-tokens.js'
import { digestOf } from './digests.js'
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

/** An access token of somebody that is good until then. */
export interface PersonToken {
  readonly person: Person
  /** In milliseconds since 1970. */
  readonly expiresAt: number
}

export interface Tokens {
  /** A token of this digest that has been verified before and is still good. */
  known(digest: string): JobToken | PersonToken | undefined
  /** Whether tokens of this issuer are taken for those of jobs. */
  has(issuer: Issuer): boolean
  /** @throws AccessError with what is wrong */
  verify(token: string): Promise<JobToken | PersonToken>
}

export interface TokensOptions {
  /** Of jobs. */
  issuers: readonly Issuer[]
  /** Of people; where it is one of `issuers` too, its tokens are those of jobs. */
  people?: PeopleIssuer | undefined
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

/** Whose tokens are taken, and for what. */
interface Source {
  readonly name: string
  readonly audiences: string[]
  readonly keys: JWTVerifyGetKey
  read(verified: JWTVerifyResult): Omit<JobToken, 'expiresAt'> | Omit<PersonToken, 'expiresAt'>
}

/** What the owner of a token has to know; nothing of the token. */
function toAccessError(error: unknown, { name, audiences }: Source): unknown {
  if (error instanceof errors.JWTExpired)
    return new AccessError(
      'expired',
      `the token of ${name} is over: ask for another; a job can exchange it in time`,
    )
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud')
      return new AccessError(
        'audience',
        `the token of ${name} is for somebody else: ask for the audience ${audiences.join(' or ')}`,
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
export function createTokens({ issuers, people, onError }: TokensOptions): Tokens {
  const now = (): number => performance.now()
  const ofJobs = new Map(issuers.map((issuer) => [issuer.issuer, toJobs(issuer)]))
  const ofPeople = people && people.resources.length > 0 ? toPeople(people) : undefined
  const cache = new LRUCache<string, JobToken | PersonToken>({ max: CACHED })

  function toJobs(issuer: Issuer): Source {
    return {
      name: issuer.name,
      audiences: [issuer.audience],
      keys: createIssuerKeys({ issuer, now, onError }),
      read: ({ payload }) => ({ issuer, claims: toClaims(payload) }),
    }
  }

  function toPeople({ issuer, groupsClaim, resources }: PeopleIssuer): Source {
    const name = 'the identity provider'
    const source = { name, issuer, jwksUri: undefined, jwks: undefined }
    return {
      name,
      audiences: [...resources],
      keys: createIssuerKeys({ issuer: source, now, onError }),
      read: (verified) => ({ person: readAccessToken(verified, { issuer, groupsClaim }) }),
    }
  }

  /** An issuer that both are of has jobs alone: whoever may start one there is not the person that it says. */
  const sourceOf = (issuer: string): Source | undefined =>
    ofJobs.get(issuer) ?? (issuer === people?.issuer ? ofPeople : undefined)

  async function verifyNew(token: string): Promise<JobToken | PersonToken> {
    if (token.length > MAX_BYTES)
      throw new AccessError('token_too_large', `a token has at most ${MAX_BYTES} bytes`)
    const payload = decode(token)
    const said = issuerIn(payload)
    const found = said === undefined ? undefined : sourceOf(said)
    if (!found)
      throw new AccessError(
        'issuer_unknown',
        'the token is of an issuer that is not configured: epr-cli access apply adds one',
      )
    try {
      const verified = await jwtVerify(token, found.keys, {
        algorithms: ALGORITHMS,
        audience: found.audiences,
        clockTolerance: TOLERANCE_S,
        requiredClaims: ['exp', 'aud', 'sub'],
      })
      return {
        ...found.read(verified),
        expiresAt: ((verified.payload.exp ?? 0) + TOLERANCE_S) * 1_000,
      }
    } catch (error) {
      throw toAccessError(error, found)
    }
  }

  return {
    has: ({ issuer }) => ofJobs.has(issuer),
    known(digest) {
      const held = cache.get(digest)
      return held && held.expiresAt > Date.now() ? held : undefined
    },
    async verify(token) {
      const verified = await verifyNew(token)
      cache.set(digestOf(token), verified)
      return verified
    },
  }
}
