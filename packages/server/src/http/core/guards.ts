import type { IncomingMessage, ServerResponse } from 'node:http'
import { EprError } from '@epr/model'
import helmet from 'helmet'
import { readCookie } from '../../access/credentials.js'
import { createHostGuard, type HostGuardOptions } from './host-guard.js'
import { type Guard, toHeaderList } from './route.js'

export interface GuardOptions extends HostGuardOptions {
  /** Origins whose pages may read and write: `https://ui.example.com`. */
  corsOrigins: readonly string[]
  /** Of the session that a browser sends by itself. */
  cookieName: string
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
const CORS_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'
/** Those that are read here, but for the ones that a page may always send. */
const CORS_REQUEST_HEADERS = [
  'authorization',
  'content-encoding',
  'content-type',
  'idempotency-key',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'webhook-request-origin',
  'webhook-request-rate',
  'x-api-key',
  'x-request-id',
]
const CORS_ANSWER_HEADERS =
  'allow, epr-features, link, retry-after, webhook-allowed-origin, webhook-allowed-rate, www-authenticate, x-request-id'
const CORS_MAX_AGE_S = '600'

/** A host as an origin of its scheme says it: without the port that is the scheme's own. */
function toOrigin(scheme: string, authority: string): string | undefined {
  const url = `${scheme}//${authority}`
  return URL.canParse(url) ? new URL(url).origin : undefined
}

/**
 * Whether a browser says that the request comes from a page of ours, or from no page at all. No page can make a browser say
 * so of another; an old one says the origin only, which is ours when it has the host that was asked for.
 */
function isSameOrigin({ headers }: IncomingMessage, authority: string, hasCookie: boolean): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const { origin } = headers
  // Nothing says where it comes from: what is no browser has no cookie.
  if (origin === undefined) return !hasCookie
  return URL.canParse(origin) && toOrigin(new URL(origin).protocol, authority) === new URL(origin).origin
}

/** An origin as browsers write it: `https://ui.example.com`, without a port that is the scheme's own. */
function normalizeOrigin(origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  return url && url.origin !== 'null' ? url.origin : origin.toLowerCase()
}

/** A preflight says the method that it asks for; any other OPTIONS is a request like others (Fetch, "CORS-preflight"). */
const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined

const OWN_PAGES_ONLY =
  'the cookie of a login is for pages of this server: others send a key or a session as Authorization: Bearer'

/**
 * Against pages of strangers that write with a browser's help (fetch metadata, W3C; RFC 6454): a write that is
 * marked as coming from elsewhere is refused, unless its origin is named. Named origins get CORS answers.
 */
function createOriginGuard({ corsOrigins, cookieName }: GuardOptions): Guard {
  const allowed = new Set(corsOrigins.map(normalizeOrigin))
  return (request, response, { headers: answer, authority }) => {
    const { origin } = request.headers
    const isAllowed = origin !== undefined && allowed.has(normalizeOrigin(origin))
    if (allowed.size > 0) answer.push('vary', 'Origin')
    if (isAllowed) {
      answer.push('access-control-allow-origin', origin)
      answer.push('access-control-expose-headers', CORS_ANSWER_HEADERS)
      if (isPreflight(request)) return answerPreflight(request, response, answer)
    }
    if (SAFE_METHODS.has(request.method ?? '')) return false
    const hasCookie = readCookie(request.headers, cookieName) !== undefined
    if ((!isAllowed || hasCookie) && !isSameOrigin(request, authority, hasCookie)) {
      if (isAllowed || origin === undefined) throw new EprError('PERMISSION_DENIED', OWN_PAGES_ONLY)
      const problem = 'a page of another origin may not write here: name its origin in --cors-origins'
      throw new EprError('PERMISSION_DENIED', problem)
    }
    return false
  }
}

/** The attributes of CloudEvents in binary mode, which have any name, among the headers that are asked for. */
function cloudEventHeaders(asked: string | undefined): string[] {
  const names = (asked ?? '').split(',').map((name) => name.trim().toLowerCase())
  return names.filter((name) => /^ce-[a-z0-9]+$/.test(name))
}

function answerPreflight(request: IncomingMessage, response: ServerResponse, headers: string[]): true {
  const asked = request.headers['access-control-request-headers']
  headers.push('vary', 'Access-Control-Request-Headers')
  headers.push('access-control-allow-methods', CORS_METHODS)
  headers.push(
    'access-control-allow-headers',
    [...CORS_REQUEST_HEADERS, ...cloudEventHeaders(asked)].join(', '),
  )
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
