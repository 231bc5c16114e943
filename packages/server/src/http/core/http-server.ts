import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { EprError } from '@epr/model'
import { API_PREFIX, FEATURES } from '../rest/rest.js'
import { createExpressApp } from './express-app.js'
import { createSecurityHeaders, type Guard } from './guards.js'
import { stateOf } from './response-state.js'
import type { Route } from './route.js'
import { type Adapter, startResponse } from './run-route.js'

export interface HttpServer {
  /** Where it listens: `http://localhost:8042`. */
  readonly url: string
  /** Takes no new connections, answers what is in flight, then ends every connection. */
  close(): Promise<void>
}

/** What there is to say of an answer afterwards. */
export interface Answer {
  requestId: string
  method: string
  url: string
  status: number
  /** From the request to the end of the answer, seconds. */
  seconds: number
  /** An answer that goes on until somebody leaves, so that its time says nothing. */
  isStream: boolean
}

export interface HttpServerOptions {
  host: string
  /** 0 takes a free one. */
  port: number
  tls?: { cert: Buffer; key: Buffer } | undefined
  adapter: Adapter
  /** Every route, with its whole path. */
  routes: readonly Route[]
  /** What stands in front of both ways in. */
  guards: readonly Guard[]
  /** Told of every answer when it has been sent. */
  onAnswer: (answer: Answer) => void
}

const HEADERS_TIMEOUT_MS = 15_000
const REQUEST_TIMEOUT_MS = 120_000
/** Longer than a proxy keeps its connections idle (60 s), so that none is cut while a request is on its way. */
const KEEP_ALIVE_MS = 75_000
const MAX_HEADER_BYTES = 32 * 1024
const MAX_CONNECTIONS = 10_000
/** How often connections are looked at that have been silent for longer than the timeouts. */
const SILENCE_LOOK_MS = 5_000
const CLOSE_TIMEOUT_MS = 10_000
/** How often a closing server looks for connections that have become idle; node looks once. */
const IDLE_LOOK_MS = 20

const RECORD_EVENT = `${API_PREFIX}/events`

/**
 * The one hot call goes to the REST core from here: Express costs more than all else that recording an event
 * does in this process. Everything else, and the same path with a query, goes through Express.
 */
function createListener({ adapter, routes, guards, onAnswer }: HttpServerOptions) {
  const app = createExpressApp({ adapter, routes })
  const constantHeaders = [...createSecurityHeaders(), 'epr-features', FEATURES]
  const record = routes.find(({ method, path }) => method === 'post' && path === RECORD_EVENT)?.operation
  const isRecord = ({ method, url }: IncomingMessage): boolean =>
    method === 'POST' && (url === RECORD_EVENT || url === `${RECORD_EVENT}/`)
  return (request: IncomingMessage, response: ServerResponse): void => {
    startResponse(request, response, constantHeaders)
    reportAnswer(request, response, onAnswer)
    try {
      if (guards.some((guard) => guard(request, response))) return
    } catch (error) {
      void adapter.fail(error, response)
      return
    }
    if (record && isRecord(request)) void adapter.run(record, {}, request, response)
    else app(request, response)
  }
}

function reportAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  onAnswer: (answer: Answer) => void,
): void {
  const startedAt = performance.now()
  response.once('finish', () => {
    const { requestId, isStream } = stateOf(response)
    onAnswer({
      requestId,
      method: request.method ?? '',
      url: (request as { originalUrl?: string }).originalUrl ?? request.url ?? '',
      status: response.statusCode,
      seconds: (performance.now() - startedAt) / 1_000,
      isStream,
    })
  })
}

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
    EADDRNOTAVAIL: `${host} is no address of this machine: choose another with --host`,
    ENOTFOUND: `the host ${host} is not known: choose another with --host`,
  }
  const reason = reasons[error.code ?? ''] ?? `cannot listen on ${host}:${port}: ${error.message}`
  return new EprError('INVALID_ARGUMENT', reason, { cause: error })
}

/** `localhost` is both loopback addresses; a machine without IPv6 has only the first. */
const addressesOf = (host: string): string[] => (host === 'localhost' ? ['127.0.0.1', '::1'] : [host])

const isMissingIpv6 = (error: NodeJS.ErrnoException, address: string): boolean =>
  address === '::1' && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS)
    const late = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(late)
      resolve()
    })
  })
}

/** @throws EprError INVALID_ARGUMENT when host and port cannot be listened on */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const listener = createListener(options)
  const settings = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    connectionsCheckingInterval: SILENCE_LOOK_MS,
  }
  const servers: Server[] = []
  let port = options.port
  for (const address of addressesOf(options.host)) {
    const server = options.tls
      ? createTlsServer({ ...settings, ...options.tls }, listener)
      : createServer(settings, listener)
    server.maxConnections = MAX_CONNECTIONS
    try {
      await listen(server, address, port)
    } catch (cause) {
      const error = cause as NodeJS.ErrnoException
      if (isMissingIpv6(error, address)) continue
      await Promise.all(servers.map(closeServer))
      throw toListenError(error, options.host, port)
    }
    port = (server.address() as AddressInfo).port
    servers.push(server)
  }
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    url: `${options.tls ? 'https' : 'http'}://${host}:${port}`,
    close: async () => void (await Promise.all(servers.map(closeServer))),
  }
}
