import { isIP } from 'node:net'
import { EprError } from '@epr/model'
import { LRUCache } from 'lru-cache'
import type { Guard } from './route.js'

export interface HostGuardOptions {
  /** The address that the server listens on. */
  host: string
  /** Host names beyond loopback's that may stand in `Host`. */
  allowedHosts: readonly string[]
  /** The origin by which others reach the server. */
  publicUrl?: string | undefined
}

const MAX_NAMES = 1_000

/** A name or an address, and perhaps a port (RFC 9110, section 7.2): nothing else that a URL could begin with. */
const HOST = /^(\[[0-9a-f:.]+\]|[^\s/?#@\\:[\]]+)(?::\d*)?$/i

/** What orchestrators and monitoring ask, which name a server by its address or not at all; they give nothing away. */
const UNGUARDED = /^\/(?:healthz\/[a-z]+|metrics)\/?(?:\?|$)/i

/**
 * The name in `Host` without its port, as URLs write it: in lower case, an address shortened, no dot at the end.
 *
 * @returns undefined for what is not a host
 */
export function hostNameOf(authority: string): string | undefined {
  const [, name] = HOST.exec(authority) ?? []
  if (name === undefined) return undefined
  try {
    return new URL(`http://${name}`).hostname.replace(/\.$/, '')
  } catch {
    return undefined
  }
}

/** An address as `Host` would name it. */
const toHost = (address: string): string => (address.includes(':') ? `[${address}]` : address)

/** `::ffff:127.0.0.1`, as the hostname of a URL writes it. */
const MAPPED_LOOPBACK = /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/

function isLoopbackName(name: string): boolean {
  return (
    name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name) || MAPPED_LOOPBACK.test(name)
  )
}

/** `localhost`, any of 127.0.0.0/8, `::1`: only this machine reaches it. */
export function isLoopback(host: string): boolean {
  return isLoopbackName(hostNameOf(toHost(host)) ?? '')
}

/** Whether only this machine reaches the server, and under no name that others are given. */
export const isLocal = ({ host, allowedHosts, publicUrl }: HostGuardOptions): boolean =>
  isLoopback(host) &&
  allowedHosts.length === 0 &&
  (publicUrl === undefined || isLoopbackName(new URL(publicUrl).hostname))

/** Whether a name is the address on which a request has arrived, in whichever family of addresses it is said. */
function isOwnAddress(name: string, localAddress: string | undefined): boolean {
  if (localAddress === undefined) return false
  const plain = localAddress.replace(/^::ffff:(?=\d)/i, '').replace(/%.*$/, '')
  return isIP(plain) !== 0 && [plain, `::ffff:${plain}`].some((own) => hostNameOf(toHost(own)) === name)
}

/**
 * Against DNS rebinding: a page of a stranger's domain that has been pointed at this machine still names its own domain in
 * `Host`. Checked while only this machine can connect, and whenever hosts are named. An address is not a domain that
 * anybody could point anywhere: this machine's own are served. No browser leaves the name out.
 */
export function createHostGuard({ host, allowedHosts, publicUrl }: HostGuardOptions): Guard {
  if (!isLoopback(host) && allowedHosts.length === 0) return () => false
  const published = publicUrl === undefined ? [] : [new URL(publicUrl).hostname]
  const own = [toHost(host), ...allowedHosts, ...published].map(
    (name) => hostNameOf(name) ?? name.toLowerCase(),
  )
  const allowed = new Set(own)
  // Clients name the same few again and again, and to read a URL costs more than the rest of a guard.
  const names = new LRUCache<string, { name: string | undefined }>({ max: MAX_NAMES })
  const nameOf = (authority: string): string | undefined => {
    const known = names.get(authority) ?? { name: hostNameOf(authority) }
    names.set(authority, known)
    return known.name
  }
  return ({ url = '', socket }, _response, { authority }) => {
    if (authority === '' || UNGUARDED.test(url)) return false
    const name = nameOf(authority)
    if (name === undefined) {
      const problem = `${JSON.stringify(authority)} is not a host: send a name or an address, and perhaps a port`
      throw new EprError('INVALID_ARGUMENT', problem)
    }
    if (allowed.has(name) || isLoopbackName(name) || isOwnAddress(name, socket.localAddress)) return false
    const problem = `the host ${JSON.stringify(name)} is not served here: name it in --allowed-hosts`
    throw new EprError('PERMISSION_DENIED', problem)
  }
}
