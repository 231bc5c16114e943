import { BlockList, isIP } from 'node:net'

type Environment = Readonly<Record<string, string | undefined>>

/** The variable in lower or upper case; one that is set to nothing is not set. */
const read = (env: Environment, name: string): string | undefined =>
  env[name] || env[name.toUpperCase()] || undefined

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '::1'
  )
}

/** `10.0.0.0/8` */
function isInSubnet(host: string, entry: string): boolean {
  const [, network = '', prefix = ''] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? []
  const family = isIP(network)
  if (family === 0 || isIP(host) !== family || Number(prefix) > (family === 4 ? 32 : 128)) return false
  const name = family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(network, Number(prefix), name)
  return list.check(host, name)
}

/** Whether an entry of `no_proxy` names a host: itself, a domain above it, its network, also with a port. */
function isNamed(host: string, port: string, entry: string): boolean {
  if (entry === '*' || isInSubnet(host, entry)) return true
  const [, bare = entry, ownPort] = /^(\[.+\]|[^:]+):(\d+)$/.exec(entry) ?? []
  if (ownPort !== undefined && ownPort !== port) return false
  const domain = bare.replace(/^\[(.+)\]$/, '$1').replace(/^\*?\./, '')
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`))
}

/**
 * The forward proxy through which a server is reached, as curl and Go read it from `http_proxy`, `https_proxy`, `all_proxy` and
 * `no_proxy` (golang.org/x/net/http/httpproxy): a domain in `no_proxy` holds for all below it, and loopback is never proxied.
 *
 * @throws TypeError for a proxy that is not a URL
 */
export function proxyOf(url: URL, env: Environment): URL | undefined {
  const scheme = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy'
  const proxy = read(env, scheme) ?? read(env, 'all_proxy')
  const host = url.hostname.replace(/^\[(.+)\]$/, '$1').toLowerCase()
  if (proxy === undefined || isLoopback(host)) return undefined
  const port = url.port || (DEFAULT_PORTS[url.protocol] ?? '')
  const entries = (read(env, 'no_proxy') ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
  if (entries.some((entry) => isNamed(host, port, entry))) return undefined
  return new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`)
}
