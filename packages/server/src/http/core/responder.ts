import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { EprError } from '@epr/model'
import type { Logger } from 'pino'
import { type Access, NOBODY } from '../../access/access.js'
import type { Principal } from '../../access/principal.js'
import { whoAreYou } from '../../access/rights.js'
import type { Once } from '../../call.js'
import { createTurns } from '../../turns.js'
import { createAnswerWriter, STALLED_MS, type Written } from './answer-writer.js'
import { CODINGS, createBodyReader, SMALL_BODY_BYTES } from './body-reader.js'
import type { Budgets } from './budgets.js'
import { challengeOf } from './challenge.js'
import { isServerFault, OverloadError, toEprError, toErrorResponse } from './error-response.js'
import { createRefusalLog } from './refusal-log.js'
import { type HttpResponse, type Responder, type ResponseState, type Route, toHeaderList } from './route.js'
import type { StreamPiece } from './stream-piece.js'

const MAX_KEY_LENGTH = 255
const JSON_TYPE = 'application/json'
/** Pages that are read and written as JSON at once; and while there are some of several MB. */
const PAGES_AT_ONCE = 4
const LONG_PAGES_AT_ONCE = 1
/** How long a stream that is given up has for what was written to it. */
const LAST_WORDS_MS = 5_000

type Send = (response: ServerResponse, answer: HttpResponse) => Promise<void>

/**
 * Who sends a request: the one place where that is found out, in front of every route that does not say that it is open.
 *
 * @throws AccessError for a credential that is not good, and where one is needed
 */
function principalOf(
  request: IncomingMessage,
  { doc }: Route,
  access: Access,
): Principal | Promise<Principal> {
  if (doc.open) return NOBODY
  const found = access.authenticate(request)
  return found instanceof Promise ? found.then(assertSomebody) : assertSomebody(found)
}

function assertSomebody(principal: Principal): Principal {
  if (!principal.isKnown && principal.grants.length === 0) throw whoAreYou('asks')
  return principal
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
export const urlOf = (request: IncomingMessage): string =>
  (request as { originalUrl?: string }).originalUrl ?? request.url ?? ''

/** A query begins at the first `?`, and may hold others (RFC 3986, section 3.4). */
function splitUrl(url: string): { path: string; search: string } {
  const at = url.indexOf('?')
  return at < 0 ? { path: url, search: '' } : { path: url.slice(0, at), search: url.slice(at + 1) }
}

const STATE = Symbol('state')
type Stateful = ServerResponse & { [STATE]?: ResponseState }

export function stateOf(response: ServerResponse): ResponseState {
  const stateful: Stateful = response
  stateful[STATE] ??= { requestId: '', authority: '', headers: [], isStream: false }
  return stateful[STATE]
}

/** The headers of every answer: `constant` ones and the request's own id. */
export function startResponse(
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

const POLICY = 'content-security-policy'

/** A page's own policy takes the place of the one for all: of two a browser enforces both. */
function withoutOwn(
  constant: readonly string[],
  own: NonNullable<HttpResponse['headers']>,
): readonly string[] {
  if (own[POLICY] === undefined) return constant
  const at = constant.indexOf(POLICY)
  return at < 0 ? constant : [...constant.slice(0, at), ...constant.slice(at + 2)]
}

/** The connection ends with this answer. */
function closeAfter(response: ServerResponse): void {
  const { headers } = stateOf(response)
  if (headers.at(-2) !== 'connection') headers.push('connection', 'close')
}

export interface ResponderOptions {
  access: Access
  /** The origin by which others reach the server. */
  publicUrl: string | undefined
  maxBodyBytes: number
  maxPageBytes: number
  budgets: Budgets
  /** Aborted when the server stops: ends streams. */
  stopping: AbortSignal
  log: Pick<Logger, 'error' | 'info'>
  /** Called with what requests, or parts of them, were refused with. */
  onRefused: (reasons: NonNullable<HttpResponse['refused']>) => void
}

const STREAM_REASONS = {
  full: 'too much waits for streams that are not read',
  stalled: `nothing of the stream was read for ${STALLED_MS / 1_000} s`,
}

/** Turns node's requests into those of routes, and their answers into node's. */
export function createResponder(options: ResponderOptions): Responder & { send: Send } {
  const refusals = createRefusalLog(options.log)
  const { small, large, waiting } = options.budgets
  const bodies = createBodyReader({ small, large })
  const writer = createAnswerWriter(waiting, options.maxPageBytes)
  const pages = createTurns(() => (writer.isLongLately ? LONG_PAGES_AT_ONCE : PAGES_AT_ONCE))

  function limitOf({ doc: { maxBody = SMALL_BODY_BYTES } }: Route): number {
    return maxBody === 'payloads' ? options.maxBodyBytes : Math.min(maxBody, options.maxBodyBytes)
  }

  function logRefusal(response: ServerResponse, reasons: NonNullable<HttpResponse['refused']>): void {
    const { method = '' } = response.req
    const [path = ''] = urlOf(response.req).split('?', 1)
    options.onRefused(reasons)
    refusals.refused({ requestId: stateOf(response).requestId, method, path, reasons })
  }

  /** Says an error to the log, and gives what its client is answered. */
  function toRefusal(error: unknown, response: ServerResponse, headers?: Record<string, string>) {
    const eprError = toEprError(error)
    const { requestId } = stateOf(response)
    if (isServerFault(eprError)) {
      options.log.error({ request_id: requestId, err: eprError.cause ?? eprError }, eprError.message)
    } else {
      logRefusal(response, [eprError])
    }
    if (eprError.code === 'UNAUTHENTICATED') {
      const { path } = splitUrl(urlOf(response.req))
      stateOf(response).headers.push('www-authenticate', challengeOf(path, options.publicUrl))
    }
    return toErrorResponse(eprError, requestId, headers)
  }

  async function fail(
    error: unknown,
    response: ServerResponse,
    headers?: Record<string, string>,
  ): Promise<void> {
    const refusal = toRefusal(error, response, headers)
    // What is left of a body that was refused is not read to its end.
    if (!response.req.complete) closeAfter(response)
    if (response.headersSent) response.end(stateOf(response).toLastWords?.(refusal.body, true))
    else await send(response, refusal).catch(() => response.destroy())
  }

  /** Sends a stream to its end. @throws what its source fails with */
  async function sendStream(response: ServerResponse, body: AsyncIterable<StreamPiece>): Promise<void> {
    for await (const piece of body) {
      const written = await writer.write(response, piece)
      if (written === 'taken') continue
      if (written !== 'gone') giveUpStream(response, written)
      return
    }
    response.end()
  }

  function giveUpStream(response: ServerResponse, { reason, isWhole }: Exclude<Written, string>): void {
    const problem = `${STREAM_REASONS[reason]}: come back behind the last cursor`
    const refusal = toRefusal(new OverloadError(problem), response)
    response.end(stateOf(response).toLastWords?.(refusal.body, isWhole))
    // What has been written waits with it: it is taken soon, or not at all.
    setTimeout(() => response.destroy(), LAST_WORDS_MS).unref()
  }

  async function send(response: ServerResponse, answer: HttpResponse): Promise<void> {
    if (response.headersSent || response.destroyed) return
    const { status, headers, body, toLastWords } = answer
    // Said before the connection ends, so that a client does not find out by a reset.
    if (options.stopping.aborted) closeAfter(response)
    const state = stateOf(response)
    const all = headers
      ? [...withoutOwn(state.headers, headers), ...toHeaderList(headers)]
      : [...state.headers]
    if (Buffer.isBuffer(body)) return writer.send(response, status, all, body)
    if (typeof body === 'string' || Array.isArray(body)) {
      // The original writes a line: what a program prints of an answer ends where its terminal expects it.
      const end = headers?.['content-type'] === JSON_TYPE ? '\n' : ''
      const text = typeof body === 'string' ? body + end : [...body, end]
      return writer.send(response, status, all, text)
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
    await sendStream(response, body as AsyncIterable<StreamPiece>)
  }

  /** Ends what goes on: with its client, with the server, and with the rights of who asked. */
  function abortOf(response: ServerResponse, principal: Principal): AbortSignal {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    return AbortSignal.any([gone.signal, options.stopping, options.access.endOf(principal)])
  }

  async function handle(
    route: Route,
    params: Record<string, string>,
    response: ServerResponse,
    principal: Principal,
    body: Buffer,
  ): Promise<HttpResponse> {
    const { req: request } = response
    const { path, search } = splitUrl(urlOf(request))
    const once = route.doc.idempotent && readOnce(request, route, body)
    return route.handle({
      method: request.method ?? '',
      path,
      params,
      search,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      call: {
        principal,
        once,
        requestId: stateOf(response).requestId,
        userAgent: request.headers['user-agent'],
      },
      body,
      from: request.socket,
      abort: () => abortOf(response, principal),
    })
  }

  async function answer(response: ServerResponse, toAnswer: () => Promise<HttpResponse>): Promise<void> {
    const given = await toAnswer()
    if (given.refused) logRefusal(response, given.refused)
    await send(response, given)
  }

  return {
    fail,
    send,
    async run(route, params, request, response) {
      let release: () => void = () => undefined
      try {
        // Before the body: a stranger's is not to be read.
        const found = principalOf(request, route, options.access)
        // Nearly always it is known at once.
        const principal = found instanceof Promise ? await found : found
        const body = await bodies.read(request, limitOf(route)).catch((error: unknown) => {
          // RFC 9110, section 15.5.16: what could be sent in place of it.
          if (isUnsupported(error)) stateOf(response).headers.push('accept-encoding', CODINGS)
          throw error
        })
        release = body.release
        await answer(response, () => {
          const toAnswer = () => handle(route, params, response, principal, body.bytes)
          return route.doc.isLarge ? pages.run(() => writer.withRoom(toAnswer)) : toAnswer()
        })
      } catch (error) {
        await fail(error, response)
      } finally {
        release()
      }
    },
  }
}
