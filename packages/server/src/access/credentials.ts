import type { IncomingHttpHeaders } from 'node:http'
import { EprError } from '@epr/model'
import { parse } from 'cookie'
import { AccessError } from './access-error.js'
import { digestOf } from './digests.js'

/** RFC 9110, section 11.1: the scheme's case does not count. */
const AUTHORIZATION = /^(bearer|basic) +([^ ]+) *$/i

/** A Basic password may be a key, whoever the user is (RFC 7617): so clients log in that know URLs only. */
function readBasic(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  const password = text.slice(colon + 1)
  // As http://KEY@host sends it.
  return password === '' ? text.slice(0, colon) : password
}

function readAuthorization(header: string): string {
  const [, scheme, value] = AUTHORIZATION.exec(header) ?? []
  if (scheme === undefined || value === undefined) {
    throw new AccessError('malformed', 'Authorization is neither Bearer nor Basic: send Bearer and a key')
  }
  return scheme.toLowerCase() === 'basic' ? readBasic(value) : value
}

/**
 * The session that a browser sends by itself; undefined where the request shows something else. A request that has it may
 * come from a page of strangers.
 */
export function readCookie(headers: IncomingHttpHeaders, name: string): string | undefined {
  const { authorization, cookie } = headers
  if (cookie === undefined || authorization !== undefined || headers['x-api-key'] !== undefined)
    return undefined
  return parse(cookie)[name]
}

/**
 * What a request says of who sends it; undefined when it says nothing.
 *
 * @throws AccessError for what cannot be read, EprError INVALID_ARGUMENT for two that differ
 */
export function readCredential(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers
  const apiKey = headers['x-api-key']
  if (authorization === undefined && apiKey === undefined) return undefined
  const given = authorization === undefined ? undefined : readAuthorization(authorization)
  const named = Array.isArray(apiKey) ? apiKey.join() : apiKey
  if (given !== undefined && named !== undefined && given !== named)
    throw new EprError('INVALID_ARGUMENT', 'Authorization and X-API-Key say different things: send one')
  return given ?? named
}

/** What a request shows. */
export interface Credential {
  text: string
  /** {@link digestOf} it. */
  digest: string
}

/** Reads what requests show of who sends them, over connections. */
export interface Credentials {
  /**
   * Undefined for a request that shows nothing. What came last over the same connection is compared, and neither
   * read nor hashed again.
   *
   * @throws as {@link readCredential}
   */
  of(headers: IncomingHttpHeaders, connection: object | undefined): Credential | undefined
}

const toCredential = (text: string): Credential => ({ text, digest: digestOf(text) })

/** @param cookieName of the session that a browser sends by itself; undefined where none is taken */
export function createCredentials(cookieName: string | undefined): Credentials {
  /** By the header that showed it. A connection has seen its own itself, and is gone with it. */
  const latest = new WeakMap<object, Credential & { authorization: string }>()

  function read(headers: IncomingHttpHeaders): Credential | undefined {
    const text = readCredential(headers) ?? (cookieName && readCookie(headers, cookieName))
    return text === undefined ? undefined : toCredential(text)
  }

  return {
    of(headers, connection) {
      const { authorization } = headers
      if (authorization === undefined || headers['x-api-key'] !== undefined || !connection)
        return read(headers)
      const known = latest.get(connection)
      if (known?.authorization === authorization) return known
      const credential = read(headers)
      if (credential) latest.set(connection, { ...credential, authorization })
      return credential
    },
  }
}
