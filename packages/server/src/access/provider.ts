import { EprError } from '@epr/model'
import * as oidc from 'openid-client'
import type { Person } from '../storage/sessions.js'
import { AccessError } from './access-error.js'
import { isTrustedUrl } from './issuer.js'
import { readPerson } from './person.js'

/** What the browser keeps between leaving for the provider and coming back: nobody else has it. */
export interface LoginSecrets {
  state: string
  nonce: string
  /** Of PKCE (RFC 7636): the code that comes back is good for whoever has this. */
  verifier: string
}

/** An identity provider: who somebody is, is asked there (OpenID Connect Core 1.0, by authorization code and PKCE). */
export interface Provider {
  /** Its `iss`. */
  readonly issuer: string
  /** @throws EprError UNAVAILABLE when it does not answer */
  begin(callback: string): Promise<{ url: string; secrets: LoginSecrets }>
  /**
   * @param url where the browser came back to, as the provider knows it, with the query
   * @throws AccessError when it says no, or the answer is not to this browser's question; EprError UNAVAILABLE
   */
  finish(url: URL, secrets: LoginSecrets): Promise<Person>
}

export interface ProviderOptions {
  /** https, or http on this machine. */
  issuer: string
  clientId: string
  clientSecret?: string | undefined
  /** The claim that lists somebody's groups. */
  groupsClaim: string
}

const SCOPE = 'openid profile email'
const TIMEOUT_S = 5

function away(cause: unknown): EprError {
  return new EprError('UNAVAILABLE', 'the identity provider does not answer as it should: try again', {
    cause,
  })
}

/** What went wrong at the provider, in words of ours; its own go to the log with the cause. */
function toLoginError(cause: unknown): unknown {
  if (cause instanceof oidc.AuthorizationResponseError) {
    const problem = cause.error === 'access_denied' ? 'said no' : `answered ${cause.error}`
    return new AccessError('login_refused', `the identity provider ${problem}: begin again`)
  }
  if (cause instanceof oidc.ResponseBodyError)
    return new AccessError('login_refused', `the identity provider answered ${cause.error}: begin again`)
  if (cause instanceof oidc.ClientError && cause.code === 'OAUTH_TIMEOUT') return away(cause)
  if (cause instanceof oidc.ClientError || cause instanceof oidc.WWWAuthenticateChallengeError)
    return new AccessError('login_refused', 'this login is not the one that was begun here: begin again')
  return away(cause)
}

export function createProvider({ issuer, clientId, clientSecret, groupsClaim }: ProviderOptions): Provider {
  const url = new URL(issuer)
  if (!isTrustedUrl(issuer))
    throw new EprError(
      'INVALID_ARGUMENT',
      '--oidc-issuer must be an https URL, or an http one of this machine',
    )
  let found: Promise<oidc.Configuration> | undefined

  /** Asked for once it is needed: a provider that is away keeps no server from starting. */
  function discover(): Promise<oidc.Configuration> {
    found ??= oidc
      .discovery(url, clientId, clientSecret, undefined, {
        timeout: TIMEOUT_S,
        // The signature counts, however the token has come.
        execute: [
          oidc.enableNonRepudiationChecks,
          ...(url.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
        ],
      })
      .catch((error: unknown) => {
        found = undefined
        throw away(error)
      })
    return found
  }

  return {
    issuer,
    async begin(callback) {
      const config = await discover()
      const secrets = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
      }
      const there = oidc.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: SCOPE,
        state: secrets.state,
        nonce: secrets.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(secrets.verifier),
        code_challenge_method: 'S256',
      })
      return { url: there.href, secrets }
    },
    async finish(back, { state, nonce, verifier }) {
      const config = await discover()
      try {
        const tokens = await oidc.authorizationCodeGrant(config, back, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        })
        const claims = tokens.claims()
        if (!claims) throw new Error('there is no ID token')
        // Many say name and groups only when they are asked again (OpenID Connect Core, section 5.3).
        const more = config.serverMetadata().userinfo_endpoint
          ? await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
          : {}
        return readPerson(issuer, { ...more, ...claims }, groupsClaim)
      } catch (error) {
        throw toLoginError(error)
      }
    },
  }
}
