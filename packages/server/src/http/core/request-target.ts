import type { IncomingMessage } from 'node:http'
import { EprError } from '@epr/model'

/** Whom and what a request asks for, in the one form in which all that follows compares it. */
export interface RequestTarget {
  /** The host and perhaps port that it names; empty when it names none. */
  authority: string
  /** In origin-form (RFC 9112, section 3.2.1): path, and behind a `?` the query. */
  url: string
}

/** RFC 9112, section 3.2.2: what a client sends to a proxy, and may send to anybody. */
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)([^#]*)/i
/** RFC 3986, section 2.3: escaped or not, these are the same. */
const UNRESERVED = /^[\w.~-]$/

function decodeUnreserved(escaped: string): string {
  const char = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
  return UNRESERVED.test(char) ? char : escaped.toUpperCase()
}

/** The same path as RFC 3986, section 6.2.2, writes it; the query is kept. */
function normalizePath(url: string): string {
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  if (!path.includes('%')) return url
  return path.replace(/%[0-9a-f]{2}/gi, decodeUnreserved) + url.slice(path.length)
}

/** RFC 9112, section 3.2: more than one is refused. Node gives the first. */
function readHost({ headers, rawHeaders }: IncomingMessage): string {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  if (count > 1) throw new EprError('INVALID_ARGUMENT', 'the header Host is sent twice: send it once')
  return headers.host ?? ''
}

/**
 * Reads what a request asks for. The authority of a target in absolute-form counts, and not the header Host (RFC 9112,
 * section 3.2.2).
 *
 * @throws EprError INVALID_ARGUMENT for more than one Host
 */
export function readTarget(request: IncomingMessage): RequestTarget {
  const host = readHost(request)
  const url = request.url ?? '/'
  if (url.startsWith('/')) return { authority: host, url: normalizePath(url) }
  const [, authority, rest = ''] = ABSOLUTE_FORM.exec(url) ?? []
  if (authority === undefined) return { authority: host, url: normalizePath(url) }
  return { authority, url: normalizePath(rest.startsWith('/') ? rest : `/${rest}`) }
}
