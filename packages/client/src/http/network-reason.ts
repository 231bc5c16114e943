import type { EprError } from '@epr/model'
import { NetworkError, type NetworkPhase } from '../errors.js'

/** The code of a system error: `ECONNREFUSED`. */
export function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}

/** The error that says why: `fetch failed` says nothing, the one behind it does. */
function innermost(error: Error): Error {
  const { cause } = error
  return cause instanceof Error && (codeOf(cause) ?? cause.message) !== '' ? innermost(cause) : error
}

/** Name resolution and connecting (getaddrinfo(3), connect(2), undici): nothing was sent yet. */
const UNSENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])
/** Of OpenSSL: who the other side is could not be checked, or it speaks something else. */
const TLS = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/
/** Of llhttp: the other side has answered, but not in HTTP. */
const NOT_HTTP = /^HPE_/

export function phaseOf(error: unknown): NetworkPhase {
  if (!(error instanceof Error)) return 'exchange'
  const reason = innermost(error)
  const code = codeOf(reason) ?? ''
  if (TLS.test(code)) return 'tls'
  const isConnecting = (reason as { syscall?: unknown }).syscall === 'connect'
  return isConnecting || UNSENT.has(code) ? 'connect' : 'exchange'
}

/** Whether a call has failed before anything of it was sent: to make it again is always safe. */
export function isUnsent(error: EprError): boolean {
  return error instanceof NetworkError && error.phase === 'connect'
}

/** What to do about it, where the code alone does not say so. */
function hintOf(code: string): string | undefined {
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'what is there does not speak TLS; is it http://?'
  if (NOT_HTTP.test(code)) return 'what is there does not speak HTTP; is it https://?'
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for another name'
  if (TLS.test(code) && /CERT|SIGNATURE|ISSUER/.test(code))
    return 'its certificate is of an authority that is not known here; NODE_EXTRA_CA_CERTS names a file of those'
  return undefined
}

/** Why there was no answer, in a few words: the code, and what it means where that helps. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const reason = innermost(error)
  const code = codeOf(reason)
  const hint = code === undefined ? undefined : hintOf(code)
  return (hint ? `${code}: ${hint}` : code) || reason.message || error.message
}
