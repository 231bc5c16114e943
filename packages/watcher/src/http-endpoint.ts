import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Metrics } from './metrics.js'
import { createPrometheus } from './prometheus.js'

/** Where metrics and health are served. Whoever reaches it may read them. */
export interface HttpEndpointOptions {
  /** 0 for a free one, which `Watcher.url` then names. */
  port: number
  /** Address to listen on. @default 127.0.0.1 */
  host?: string
}

export interface HttpEndpoint {
  readonly url: string
  close(): Promise<void>
}

/** `/metrics`, and what an orchestrator asks: `/healthz/liveness` and `/healthz/readiness`. */
export async function startHttpEndpoint(
  { port, host = '127.0.0.1' }: HttpEndpointOptions,
  metrics: Metrics,
): Promise<HttpEndpoint> {
  const prometheus = createPrometheus(metrics)
  const server = createServer(async (request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body)
    const path = request.url?.split('?')[0]
    if (path === '/metrics') return answer(200, prometheus.contentType, await prometheus.metrics())
    if (path === '/healthz/liveness') return answer(200, 'application/json', '{"status":"alive"}')
    if (path === '/healthz/readiness') {
      const status = metrics.ready ? 'ready' : 'not ready'
      return answer(metrics.ready ? 200 : 503, 'application/json', JSON.stringify({ status }))
    }
    return answer(404, 'text/plain', 'not found\n')
  })
  server.listen(port, host)
  await once(server, 'listening')
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
