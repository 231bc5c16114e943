import type { JWTVerifyResult } from 'jose'
import type { Person } from '../storage/sessions.js'
import { AccessError } from './access-error.js'
import { readPerson } from './person.js'

/** An identity provider whose access tokens are taken for the people that they are of. */
export interface PeopleIssuer {
  /** Its `iss`. */
  readonly issuer: string
  /** The claim that lists somebody's groups. */
  readonly groupsClaim: string
  /** What its tokens must be made out to: one of these. None: no token of it is taken. */
  readonly resources: readonly string[]
}

/** By what providers say which program a token was given to. */
const CLIENT_CLAIMS = ['client_id', 'azp', 'cid'] as const

/** RFC 9068, section 2.1; those that came before it say what the token is good for, which tokens of other kinds do not. */
function isAccessToken({ protectedHeader, payload }: JWTVerifyResult): boolean {
  const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '')
  return type === 'at+jwt' || payload.scope !== undefined || payload.scp !== undefined
}

/**
 * The person that a verified access token is of.
 *
 * @throws AccessError for another kind of token, and for one that a program has got for itself
 */
export function readAccessToken(
  verified: JWTVerifyResult,
  { issuer, groupsClaim }: Pick<PeopleIssuer, 'issuer' | 'groupsClaim'>,
): Person {
  const { payload } = verified
  if (typeof payload.sub !== 'string' || payload.sub === '')
    throw new AccessError(
      'token_malformed',
      'the token of the identity provider says of nobody that it is theirs',
    )
  if (!isAccessToken(verified))
    throw new AccessError(
      'token_malformed',
      'the token of the identity provider is no access token: it has neither the type at+jwt nor a scope',
    )
  // RFC 9068, section 5: such a subject is the program's, and nobody's.
  if (CLIENT_CLAIMS.some((name) => payload[name] === payload.sub))
    throw new AccessError(
      'token_malformed',
      'the token of the identity provider is of a program: only those of people are taken',
    )
  return readPerson(issuer, payload, groupsClaim)
}
