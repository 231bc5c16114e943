import type { IncomingHttpHeaders } from 'node:http'
import { EprError } from '@epr/model'
import { parse } from 'cookie'
import { AccessError } from './access-error.js'

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
