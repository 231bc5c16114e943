import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import express from 'express'
import { isServerFault, toEprError, toErrorResponse } from './error-response.js'
import { principalOf } from './principal.js'
import { startState, stateOf, toHeaderList } from './response-state.js'
import type { Operation, RestRequest, RestResponse } from './route.js'

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
  constant: readonly string[],
): void {
  const given = request.headers['x-request-id']
  const requestId = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
  startState(response, { requestId, headers: [...constant, 'x-request-id', requestId], isStream: false })
}

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
  const state = stateOf(response)
  const all = headers ? [...state.headers, ...toHeaderList(headers)] : [...state.headers]
  if (typeof body === 'string') {
    all.push('content-length', String(Buffer.byteLength(body)))
    response.writeHead(status, all).end(body)
    return
  }
  state.isStream = true
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
    const { requestId, headers: answer } = stateOf(response)
    if (isServerFault(eprError)) {
      options.log.error({ request_id: requestId, err: eprError.cause ?? eprError }, eprError.message)
    }
    // What is left of a body that was refused is not read to its end.
    if (eprError.code === 'PAYLOAD_TOO_LARGE') answer.push('connection', 'close')
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
      const url = (request as { originalUrl?: string }).originalUrl ?? request.url ?? ''
      const [path = '', search = ''] = url.split('?', 2)
      const restRequest: RestRequest = {
        method: request.method ?? '',
        path,
        params,
        search,
        headers: request.headers,
        principal: principalOf(request),
        requestId: stateOf(response).requestId,
        body,
        abort: () => abortOf(response),
      }
      await send(response, await operation(restRequest))
    } catch (error) {
      await fail(error, response)
    }
  }

  return { run, fail }
}
