import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { EprError } from '@epr/model'
import type { Logger } from 'pino'
import { ANONYMOUS, type Once, type Principal } from '../../call.js'
import { CODINGS, createBodyReader } from './body-reader.js'
import { isServerFault, toEprError, toErrorResponse } from './error-response.js'
import { createExpressApp } from './express-app.js'
import { createSecurityHeaders } from './guards.js'
import { createRefusalLog } from './refusal-log.js'
import { readTarget } from './request-target.js'
import {
  API_PREFIX,
  type Guard,
  type HttpResponse,
  type Responder,
  type ResponseState,
  type Route,
  toHeaderList,
} from './route.js'

/** What there is to say of a request when it has been answered. */
export interface ServedRequest {
  requestId: string
  method: string
  url: string
  status: number
  /** From the request to the end of the answer, seconds. */
  seconds: number
  /** An answer that goes on until somebody leaves, so that its time says nothing. */
  isStream: boolean
}

export interface ListenerOptions {
  /** Every route, with its whole path. */
  routes: readonly Route[]
  /** What stands in front of both ways in. */
  guards: readonly Guard[]
  maxBodyBytes: number
  /** Aborted when the server stops: ends streams. */
  stopping: AbortSignal
  /** Called with every request when its answer has been sent. */
  onServed: (served: ServedRequest) => void
  log: Pick<Logger, 'error' | 'info'>
}

/** Said on every answer, so that a client knows which of our additions it may use. */
const FEATURES = 'idempotency-key, batch, cursor, feed, group-status'
const RECORD_EVENT = `${API_PREFIX}/events`
const MAX_KEY_LENGTH = 255
const JSON_TYPE = 'application/json'

/**
 * Who sends a request: the one place where that is found out, in front of every route. Nobody is asked yet, so that
 * everybody is the same.
 */
function principalOf(_request: IncomingMessage): Principal {
  return ANONYMOUS
}

/**
 * What makes another request a repeat of this one (draft-ietf-httpapi-idempotency-key-header): the same method, resource and
 * key; bodies are compared by their bytes. The resource is the route, however its address is spelled.
 *
 * @throws EprError INVALID_ARGUMENT for a key that is empty, too long or sent twice
 */
function readOnce(request: IncomingMessage, { path }: Route, body: Buffer): Once | undefined {
  // Node takes all headers apart to tell one that was sent twice: only where there is one.
  if (request.headers['idempotency-key'] === undefined) return undefined
  const { headersDistinct, method } = request
  const [key = '', ...others] = headersDistinct['idempotency-key'] ?? []
  if (others.length > 0) throw new EprError('INVALID_ARGUMENT', 'Idempotency-Key is sent twice: send it once')
  if (key === '' || key.length > MAX_KEY_LENGTH) {
    throw new EprError('INVALID_ARGUMENT', `Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} characters`)
  }
  return {
    scope: [method ?? '', path, key],
    digest: createHash('sha256').update(body).digest(),
    conflict: 'this Idempotency-Key has been used with another body: take a new key',
  }
}

const isUnsupported = (error: unknown): boolean =>
  error instanceof EprError && error.code === 'UNSUPPORTED_MEDIA_TYPE'

/** What was asked for before Express changed it. */
const urlOf = (request: IncomingMessage): string =>
  (request as { originalUrl?: string }).originalUrl ?? request.url ?? ''

/** RFC 9112, section 3.2.4, asterisk-form: what the server can do, and not what there is at a path. */
const isAboutServer = ({ method, url }: IncomingMessage): boolean => method === 'OPTIONS' && url === '*'
const METHODS = 'GET, HEAD, POST, PATCH, OPTIONS'

/** A query begins at the first `?`, and may hold others (RFC 3986, section 3.4). */
function splitUrl(url: string): { path: string; search: string } {
  const at = url.indexOf('?')
  return at < 0 ? { path: url, search: '' } : { path: url.slice(0, at), search: url.slice(at + 1) }
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

const STATE = Symbol('state')
type Stateful = ServerResponse & { [STATE]?: ResponseState }

function stateOf(response: ServerResponse): ResponseState {
  const stateful: Stateful = response
  stateful[STATE] ??= { requestId: '', authority: '', headers: [], isStream: false }
  return stateful[STATE]
}

/** The headers of every answer: `constant` ones and the request's own id. */
function startResponse(
  request: IncomingMessage,
  response: Stateful,
  constant: readonly string[],
): ResponseState {
  const given = request.headers['x-request-id']
  const requestId = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
  const headers = [...constant, 'x-request-id', requestId]
  const state = { requestId, authority: '', headers, isStream: false }
  response[STATE] = state
  return state
}

/** The connection ends with this answer. */
function closeAfter(response: ServerResponse): void {
  const { headers } = stateOf(response)
  if (headers.at(-2) !== 'connection') headers.push('connection', 'close')
}

/** Sends a stream to its end. @throws what its source fails with */
async function sendStream(response: ServerResponse, body: AsyncIterable<string>): Promise<void> {
  for await (const text of body) {
    if (response.destroyed) return
    if (!response.write(text)) await drained(response)
  }
  response.end()
}

async function send(response: ServerResponse, answer: HttpResponse): Promise<void> {
  const { status, headers, body, toLastWords } = answer
  if (response.headersSent || response.destroyed) return
  const state = stateOf(response)
  const all = headers ? [...state.headers, ...toHeaderList(headers)] : [...state.headers]
  if (typeof body === 'string') {
    // The original writes a line: what a program prints of an answer ends where its terminal expects it.
    const text = headers?.['content-type'] === JSON_TYPE ? `${body}\n` : body
    all.push('content-length', String(Buffer.byteLength(text)))
    response.writeHead(status, all).end(text)
    return
  }
  state.isStream = true
  state.toLastWords = toLastWords
  response.writeHead(status, all)
  // Of a stream HEAD has the headers, and no end to wait for.
  if (response.req.method === 'HEAD') {
    response.end()
    return
  }
  response.flushHeaders()
  await sendStream(response, body)
}

type ResponderOptions = Pick<ListenerOptions, 'maxBodyBytes' | 'stopping' | 'log'>

/** Turns node's requests into those of routes, and their answers into node's. */
function createResponder(options: ResponderOptions): Responder & { send: typeof send } {
  const refusals = createRefusalLog(options.log)
  const readBody = createBodyReader(options.maxBodyBytes)

  function logRefusal(response: ServerResponse, reasons: NonNullable<HttpResponse['refused']>): void {
    const { method = '' } = response.req
    const [path = ''] = urlOf(response.req).split('?', 1)
    refusals.refused({ requestId: stateOf(response).requestId, method, path, reasons })
  }

  async function fail(
    error: unknown,
    response: ServerResponse,
    headers?: Record<string, string>,
  ): Promise<void> {
    const eprError = toEprError(error)
    const { requestId, toLastWords } = stateOf(response)
    if (isServerFault(eprError)) {
      options.log.error({ request_id: requestId, err: eprError.cause ?? eprError }, eprError.message)
    } else {
      logRefusal(response, [eprError])
    }
    // What is left of a body that was refused is not read to its end.
    if (eprError.code === 'PAYLOAD_TOO_LARGE') closeAfter(response)
    const refusal = toErrorResponse(eprError, requestId, headers)
    if (response.headersSent) response.end(toLastWords?.(refusal.body))
    else await sendAnswer(response, refusal)
  }

  async function sendAnswer(response: ServerResponse, answer: HttpResponse): Promise<void> {
    // Said before the connection ends, so that a client does not find out by a reset.
    if (options.stopping.aborted) closeAfter(response)
    await send(response, answer)
  }

  function abortOf(response: ServerResponse): AbortSignal {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    return AbortSignal.any([gone.signal, options.stopping])
  }

  return {
    fail,
    send: sendAnswer,
    async run(route, params, request, response) {
      const { doc, handle } = route
      try {
        // Before the body: a stranger's is not to be read.
        const principal = principalOf(request)
        const body = await readBody(request, response).catch((error: unknown) => {
          // RFC 9110, section 15.5.16: what could be sent in place of it.
          if (isUnsupported(error)) stateOf(response).headers.push('accept-encoding', CODINGS)
          throw error
        })
        const { path, search } = splitUrl(urlOf(request))
        const once = doc.idempotent && readOnce(request, route, body)
        const answer = await handle({
          method: request.method ?? '',
          path,
          params,
          search,
          headers: request.headers,
          rawHeaders: request.rawHeaders,
          call: { principal, once, requestId: stateOf(response).requestId },
          body,
          abort: () => abortOf(response),
        })
        if (answer.refused) logRefusal(response, answer.refused)
        await sendAnswer(response, answer)
      } catch (error) {
        await fail(error, response)
      }
    },
  }
}

function reportServed(
  request: IncomingMessage,
  response: ServerResponse,
  onServed: ListenerOptions['onServed'],
): void {
  const startedAt = performance.now()
  response.once('finish', () => {
    const { requestId, isStream } = stateOf(response)
    onServed({
      requestId,
      method: request.method ?? '',
      url: urlOf(request),
      status: response.statusCode,
      seconds: (performance.now() - startedAt) / 1_000,
      isStream,
    })
  })
}

/**
 * Every request's way in: guards, then its route. The one hot call goes to its route from here: Express costs more than
 * all else that recording an event does in this process. Everything else, and the same path with a query, goes through
 * Express.
 */
export function createListener(options: ListenerOptions): RequestListener {
  const { routes, guards, onServed } = options
  const responder = createResponder(options)
  const app = createExpressApp({ responder, routes })
  const constantHeaders = [...createSecurityHeaders(), 'epr-features', FEATURES]
  const record = routes.find(({ method, path }) => method === 'post' && path === RECORD_EVENT)
  const isRecord = ({ method, url }: IncomingMessage): boolean =>
    method === 'POST' && (url === RECORD_EVENT || url === `${RECORD_EVENT}/`)
  return (request, response) => {
    const state = startResponse(request, response, constantHeaders)
    reportServed(request, response, onServed)
    try {
      const target = readTarget(request)
      request.url = target.url
      state.authority = target.authority
      if (guards.some((guard) => guard(request, response, state))) return
      if (isAboutServer(request))
        return void responder.send(response, { status: 200, headers: { allow: METHODS }, body: '' })
    } catch (error) {
      void responder.fail(error, response)
      return
    }
    if (record && isRecord(request)) void responder.run(record, {}, request, response)
    else app(request, response)
  }
}
