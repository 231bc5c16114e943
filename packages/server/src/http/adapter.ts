import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import express from 'express'
import { headersOf, startHeaders } from './answer-headers.js'
import { isServerFault, toEprError, toErrorResponse } from './error-response.js'
import type { Operation, RestRequest, RestResponse } from './request.js'
import { FEATURES } from './rest.js'

/** Turns node's requests into the REST core's and its answers into node's. Express's handlers are node's too. */
export interface Adapter {
  /** Runs an operation and answers with what it gives or throws. */
  run(
    operation: Operation,
    params: Record<string, string>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void>
  /** Answers with an error; the request id goes to the log with it. */
  fail(error: unknown, response: ServerResponse, headers?: Record<string, string>): Promise<void>
}

export interface AdapterOptions {
  maxBodyBytes: number
  /** Aborted when the server stops: ends streams. */
  stopping: AbortSignal
  log: { error(fields: object, text: string): void }
}

/** The headers of every answer: `constant` ones and the request's own id. */
export function startResponse(
  request: IncomingMessage,
  response: ServerResponse,
  constant: Readonly<Record<string, string>>,
): void {
  const given = request.headers['x-request-id']
  const id = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
  startHeaders(response, { ...constant, 'x-request-id': id, 'epr-features': FEATURES })
}

export const requestIdOf = (response: ServerResponse): string => headersOf(response)['x-request-id'] ?? ''

/** Resolves when the client takes more, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

async function send(response: ServerResponse, { status, headers, body }: RestResponse): Promise<void> {
  if (response.headersSent || response.destroyed) return
  const all = Object.assign(headersOf(response), headers)
  if (typeof body === 'string') {
    all['content-length'] = String(Buffer.byteLength(body))
    response.writeHead(status, all).end(body)
    return
  }
  response.writeHead(status, all).flushHeaders()
  for await (const text of body) {
    if (response.destroyed) break
    if (!response.write(text)) await drained(response)
  }
  response.end()
}

export function createAdapter(options: AdapterOptions): Adapter {
  // Express's own body reader, on both ways in: any content type, decompressed, bounded, as bytes.
  const readRaw = express.raw({ type: () => true, limit: options.maxBodyBytes })

  const readBody = (request: IncomingMessage, response: ServerResponse): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      readRaw(request, response, (error) => {
        if (error) return reject(error)
        const { body } = request as { body?: unknown }
        resolve(Buffer.isBuffer(body) ? body : Buffer.alloc(0))
      })
    })

  async function fail(
    error: unknown,
    response: ServerResponse,
    headers?: Record<string, string>,
  ): Promise<void> {
    const eprError = toEprError(error)
    const requestId = requestIdOf(response)
    if (isServerFault(eprError)) {
      options.log.error({ request_id: requestId, err: eprError.cause ?? eprError }, eprError.message)
    }
    // What is left of a body that was refused is not read to its end.
    if (eprError.code === 'PAYLOAD_TOO_LARGE') headersOf(response).connection = 'close'
    await send(response, toErrorResponse(eprError, requestId, headers))
  }

  function abortOf(response: ServerResponse): AbortSignal {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    return AbortSignal.any([gone.signal, options.stopping])
  }

  async function run(
    operation: Operation,
    params: Record<string, string>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      const body = await readBody(request, response)
      const [path = '', search = ''] = (
        (request as { originalUrl?: string }).originalUrl ??
        request.url ??
        ''
      ).split('?', 2)
      const restRequest: RestRequest = {
        method: request.method ?? '',
        path,
        params,
        query: new URLSearchParams(search),
        headers: request.headers,
        requestId: requestIdOf(response),
        body,
        get abort() {
          return abortOf(response)
        },
      }
      await send(response, await operation(restRequest))
    } catch (error) {
      await fail(error, response)
    }
  }

  return { run, fail }
}
