import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { EprError } from '@epr/model'

export interface HttpServer {
  /** Where it listens: `http://localhost:8042`. */
  readonly url: string
  /** Takes no new connections, answers what is in flight, then ends every connection. */
  close(): Promise<void>
}

export interface HttpServerOptions {
  host: string
  /** 0 takes a free one. */
  port: number
  tls?: { cert: Buffer; key: Buffer } | undefined
  listener: RequestListener
}

const HEADERS_TIMEOUT_MS = 15_000
const REQUEST_TIMEOUT_MS = 120_000
/** Longer than a proxy keeps its connections idle (60 s), so that none is cut while a request is on its way. */
const KEEP_ALIVE_MS = 75_000
const MAX_HEADER_BYTES = 32 * 1024
const MAX_CONNECTIONS = 10_000
/** How often connections are looked at that have been silent for longer than the timeouts. */
const SILENCE_LOOK_MS = 5_000
const CLOSE_TIMEOUT_MS = 5_000
/** How often a closing server looks for connections that have become idle; node looks once. */
const IDLE_LOOK_MS = 20

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function toListenError(error: NodeJS.ErrnoException, host: string, port: number): EprError {
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is taken: stop what listens there, or choose another with --port`,
    EACCES: `not allowed to listen on port ${port}: choose one above 1023 with --port`,
    EADDRNOTAVAIL: `${host} is not an address of this machine: choose another with --host`,
    ENOTFOUND: `the host ${host} is not known: choose another with --host`,
  }
  const reason = reasons[error.code ?? ''] ?? `cannot listen on ${host}:${port}: ${error.message}`
  return new EprError('INVALID_ARGUMENT', reason, { cause: error })
}

/** `localhost` is both loopback addresses; a machine without IPv6 has only the first. */
const addressesOf = (host: string): string[] => (host === 'localhost' ? ['127.0.0.1', '::1'] : [host])

const isMissingIpv6 = (error: NodeJS.ErrnoException, address: string): boolean =>
  address === '::1' && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')

/**
 * Connections on which nothing was asked yet: browsers and undici open some ahead of need, and node, which takes them for
 * busy, would wait for their first request.
 *
 * @returns what lets go of them
 */
function trackSilent(server: Server, event: 'connection' | 'secureConnection'): () => void {
  const silent = new Set<Socket>()
  server.on(event, (socket: Socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  server.on('request', ({ socket }) => silent.delete(socket))
  return () => {
    for (const socket of silent) socket.destroy()
  }
}

interface Listening {
  server: Server
  closeSilent(): void
}

function closeServer({ server, closeSilent }: Listening): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS)
    const late = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(late)
      resolve()
    })
    closeSilent()
  })
}

/**
 * Listens and stops at once: who starts what takes longer wants to know before.
 *
 * @throws EprError INVALID_ARGUMENT when host and port cannot be listened on
 */
export async function assertFree({ host, port }: Pick<HttpServerOptions, 'host' | 'port'>): Promise<void> {
  await (await startHttpServer({ host, port, listener: () => undefined })).close()
}

/** @throws EprError INVALID_ARGUMENT when host and port cannot be listened on */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { listener } = options
  const settings = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    connectionsCheckingInterval: SILENCE_LOOK_MS,
  }
  const servers: Listening[] = []
  let port = options.port
  for (const address of addressesOf(options.host)) {
    const server = options.tls
      ? createTlsServer({ ...settings, ...options.tls }, listener)
      : createServer(settings, listener)
    server.maxConnections = MAX_CONNECTIONS
    const closeSilent = trackSilent(server, options.tls ? 'secureConnection' : 'connection')
    const listening = { server, closeSilent }
    try {
      await listen(server, address, port)
    } catch (cause) {
      const error = cause as NodeJS.ErrnoException
      if (isMissingIpv6(error, address)) continue
      await Promise.all(servers.map(closeServer))
      throw toListenError(error, options.host, port)
    }
    port = (server.address() as AddressInfo).port
    servers.push(listening)
  }
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    url: `${options.tls ? 'https' : 'http'}://${host}:${port}`,
    close: async () => void (await Promise.all(servers.map(closeServer))),
  }
}
