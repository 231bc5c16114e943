import type { IncomingMessage, ServerResponse } from 'node:http'
import { EprError } from '@epr/model'
import helmet from 'helmet'
import { type ResponseState, toHeaderList } from './route.js'

/** A step in front of every way in. It throws an EprError to refuse, or answers itself and gives true. */
export type Guard = (request: IncomingMessage, response: ServerResponse, state: ResponseState) => boolean

export interface GuardOptions {
  /** The address that the server listens on. */
  host: string
  /** Host names beyond loopback's that may stand in `Host`. */
  allowedHosts: readonly string[]
  /** Origins whose pages may read and write: `https://ui.example.com`. */
  corsOrigins: readonly string[]
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
const CORS_METHODS = 'GET, POST, PATCH'
const CORS_REQUEST_HEADERS = 'authorization, content-type, idempotency-key, last-event-id, x-request-id'
const CORS_ANSWER_HEADERS = 'epr-features, link, retry-after, x-request-id'
const CORS_MAX_AGE_S = '600'

/** `localhost`, any of 127.0.0.0/8, `::1`: only this machine reaches it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** The name in a `Host` header, without its port. */
function hostNameOf(header: string): string {
  return header.toLowerCase().replace(/:\d+$/, '')
}

/**
 * Against DNS rebinding: a page of a stranger's domain that has been pointed at this machine still names its
 * own domain in `Host`. Checked while only this machine can connect, and whenever hosts are named.
 */
function createHostGuard({ host, allowedHosts }: GuardOptions): Guard {
  if (!isLoopback(host) && allowedHosts.length === 0) return () => false
  const allowed = new Set([...LOOPBACK, ...allowedHosts.map((name) => name.toLowerCase())])
  return ({ headers }) => {
    const name = hostNameOf(headers.host ?? '')
    if (allowed.has(name)) return false
    const problem = `the host ${JSON.stringify(name)} is not served here: name it in --allowed-hosts`
    throw new EprError('PERMISSION_DENIED', problem)
  }
}

/** Whether a browser says that the request comes from a page of ours, or from no page at all. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const { origin } = headers
  return (
    origin === undefined || origin.toLowerCase().replace(/^https?:\/\//, '') === headers.host?.toLowerCase()
  )
}

/**
 * Against pages of strangers that write with a browser's help (fetch metadata, W3C; RFC 6454): a write that is
 * marked as coming from elsewhere is refused, unless its origin is named. Named origins get CORS answers.
 */
function createOriginGuard({ corsOrigins }: GuardOptions): Guard {
  const allowed = new Set(corsOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, '')))
  return (request, response, { headers: answer }) => {
    const origin = request.headers.origin?.toLowerCase()
    const isAllowed = origin !== undefined && allowed.has(origin)
    if (allowed.size > 0) answer.push('vary', 'Origin')
    if (isAllowed) {
      answer.push('access-control-allow-origin', request.headers.origin ?? '')
      answer.push('access-control-expose-headers', CORS_ANSWER_HEADERS)
      if (request.method === 'OPTIONS') return answerPreflight(response, answer)
    }
    if (!isAllowed && !SAFE_METHODS.has(request.method ?? '') && !isSameOrigin(request)) {
      const problem = 'a page of another origin may not write here: name its origin in --cors-origins'
      throw new EprError('PERMISSION_DENIED', problem)
    }
    return false
  }
}

function answerPreflight(response: ServerResponse, headers: string[]): true {
  headers.push('access-control-allow-methods', CORS_METHODS)
  headers.push('access-control-allow-headers', CORS_REQUEST_HEADERS)
  headers.push('access-control-max-age', CORS_MAX_AGE_S)
  response.writeHead(204, headers)
  response.end()
  return true
}

/**
 * helmet's headers, which are the same on every answer: asked for once, because setting them one by one on each
 * response costs more than checking a payload. The pages for the browser need inline styles (they make them) and
 * nothing from elsewhere. `upgrade-insecure-requests` is off: it breaks plain http on a local name.
 */
export function createSecurityHeaders(): readonly string[] {
  const setHeaders = helmet({
    contentSecurityPolicy: {
      directives: { 'style-src': ["'self'", "'unsafe-inline'"], 'upgrade-insecure-requests': null },
    },
    crossOriginResourcePolicy: { policy: 'same-site' },
    strictTransportSecurity: false,
  })
  const headers: Record<string, string> = {}
  const response = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value
    },
    removeHeader: () => undefined,
  }
  setHeaders({} as IncomingMessage, response as unknown as ServerResponse, (error?: unknown) => {
    if (error) throw error
  })
  return toHeaderList(headers)
}

/** The guards in the order in which they stand. */
export function createGuards(options: GuardOptions): Guard[] {
  return [createHostGuard(options), createOriginGuard(options)]
}
