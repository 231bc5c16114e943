import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import * as z from 'zod'
import { type Issuer, isTrustedUrl } from './issuer.js'

/** An issuer is asked at most this often, whatever tokens say and whether it answers or not. */
const COOLDOWN_MS = 30_000
/** Keys that were read longer ago are read again. */
const MAX_AGE_MS = 600_000
/** While an issuer is away its keys are good for this long. */
const STALE_MS = 86_400_000
const TIMEOUT_MS = 5_000
const MAX_BYTES = 1_048_576

const discovery = z.looseObject({ issuer: z.string(), jwks_uri: z.string().refine(isTrustedUrl) })
const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) })

type KeysOf = Pick<Issuer, 'name' | 'issuer' | 'jwksUri' | 'jwks'>

async function readLimited(response: Response, url: string): Promise<string> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of response.body ?? []) {
    length += piece.byteLength
    if (length > MAX_BYTES) throw new Error(`${url} answers more than ${MAX_BYTES} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** JSON of a URL that an admin has named, or that the issuer they named has. */
async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`${url} answers ${response.status}`)
  }
  return JSON.parse(await readLimited(response, url))
}

async function findJwksUri({ issuer, jwksUri }: KeysOf): Promise<string> {
  if (jwksUri !== undefined) return jwksUri
  // OpenID Connect Discovery 1.0, sections 4.1 and 4.3: a slash at the end goes, and the issuer in it is the same.
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const found = discovery.parse(await fetchJson(url))
  if (found.issuer !== issuer) throw new Error(`${url} is of another issuer`)
  return found.jwks_uri
}

export interface IssuerKeysOptions {
  issuer: KeysOf
  /** In milliseconds, of a clock that does not go back. */
  now: () => number
  /** That an issuer could not be asked. */
  onError: (error: unknown) => void
}

/**
 * The keys that an issuer signs with, as jose asks for them.
 *
 * @throws errors.JWKSNoMatchingKey when there is none for a token; what went wrong when the issuer has never answered
 */
export function createIssuerKeys({ issuer, now, onError }: IssuerKeysOptions): JWTVerifyGetKey {
  if (issuer.jwks) return createLocalJWKSet(issuer.jwks as JSONWebKeySet)
  let held: { find: JWTVerifyGetKey; readAt: number } | undefined
  let askedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined

  async function ask(): Promise<void> {
    try {
      const set = keySet.parse(await fetchJson(await findJwksUri(issuer)))
      held = { find: createLocalJWKSet(set as JSONWebKeySet), readAt: now() }
    } catch (error) {
      onError(error)
    }
  }

  /** Reads the keys again, unless that was tried just now; those who come meanwhile wait for the same answer. */
  async function refresh(): Promise<void> {
    if (!asking) {
      if (now() - askedAt < COOLDOWN_MS) return
      askedAt = now()
      asking = ask().finally(() => {
        asking = undefined
      })
    }
    await asking
  }

  const current = (): JWTVerifyGetKey => {
    if (held && now() - held.readAt <= STALE_MS) return held.find
    throw new errors.JWKSTimeout(`the issuer ${issuer.name} does not give its keys`)
  }

  return async (header, token) => {
    if (!held || now() - held.readAt > MAX_AGE_MS) await refresh()
    try {
      return await current()(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      await refresh()
      return current()(header, token)
    }
  }
}
