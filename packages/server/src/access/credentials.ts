import type { IncomingHttpHeaders } from 'node:http'
import { EprError } from '@epr/model'
import { AccessError } from './access-error.js'

/** RFC 9110, section 11.1: the scheme's case does not count. */
const AUTHORIZATION = /^(bearer|basic) +([^ ]+) *$/i

/** A Basic password may be a key, whoever the user is (RFC 7617): so clients log in that know URLs only. */
function readBasic(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  return text.slice(text.indexOf(':') + 1)
}

function readAuthorization(header: string): string {
  const [, scheme, value] = AUTHORIZATION.exec(header) ?? []
  if (scheme === undefined || value === undefined) {
    throw new AccessError('malformed', 'Authorization is neither Bearer nor Basic: send Bearer and a key')
  }
  return scheme.toLowerCase() === 'basic' ? readBasic(value) : value
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
