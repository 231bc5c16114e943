import { readFile } from 'node:fs/promises'
import { EprError } from '@epr/model'
import { proxyOf } from './proxy.js'

type Environment = Readonly<Record<string, string | undefined>>

async function readCertificates(variable: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new EprError('INVALID_ARGUMENT', `${variable}: cannot read ${file}: ${code}`, { cause })
  }
}

/** Whom to trust: the authorities of SSL_CERT_FILE in place of Node's, as OpenSSL and Go have it. Undefined for Node's own. */
async function authoritiesOf(env: Environment): Promise<string[] | undefined> {
  const { SSL_CERT_FILE: file, NODE_EXTRA_CA_CERTS: extra } = env
  if (!file) return undefined
  const own = await readCertificates('SSL_CERT_FILE', file)
  // Node adds these to its own only.
  return [own, ...(extra ? [await readCertificates('NODE_EXTRA_CA_CERTS', extra)] : [])]
}

/**
 * How the environment says that a server is reached, for the `dispatcher` of a client: by a forward proxy (`http_proxy`,
 * `https_proxy`, `all_proxy`, `no_proxy`, as curl and Go read them), and with the authorities of SSL_CERT_FILE.
 *
 * @returns undefined when the environment says nothing: then Node's own pool does
 * @throws EprError INVALID_ARGUMENT for a proxy that is not a URL, or a file that cannot be read
 */
export async function environmentDispatcher(url: string, env: Environment): Promise<object | undefined> {
  // An invalid URL is the client's to refuse.
  if (!URL.canParse(url)) return undefined
  const server = new URL(url)
  const proxy = findProxy(server, env)
  const isTls = server.protocol === 'https:' || proxy?.protocol === 'https:'
  if (!proxy && !(isTls && env.SSL_CERT_FILE)) return undefined
  const ca = isTls ? await authoritiesOf(env) : undefined
  const { Agent, ProxyAgent } = await import('undici')
  if (!proxy) return ca ? new Agent({ connect: { ca } }) : undefined
  return new ProxyAgent({
    uri: proxy.href,
    // As curl does: https through a tunnel, http by asking the proxy, which seldom lets a tunnel through to other ports.
    proxyTunnel: server.protocol === 'https:',
    ...(ca && { requestTls: { ca }, proxyTls: { ca } }),
  })
}

function findProxy(server: URL, env: Environment): URL | undefined {
  try {
    const proxy = proxyOf(server, env)
    if (proxy === undefined || proxy.protocol === 'http:' || proxy.protocol === 'https:') return proxy
  } catch {
    // As below: the text may hold a password.
  }
  throw new EprError('INVALID_ARGUMENT', 'http_proxy or https_proxy must be an http:// or https:// URL')
}
