import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { STALLED_MS } from './answer-writer.js'
import { SILENT_BODY_MS } from './body-reader.js'
import { createExpressApp } from './express-app.js'
import { createSecurityHeaders } from './guards.js'
import { readTarget } from './request-target.js'
import { createResponder, type ResponderOptions, startResponse, stateOf, urlOf } from './responder.js'
import { API_PREFIX, type Guard, type Route } from './route.js'

/** How often it is looked for clients that stand still. */
const LOOK_MS = 1_000

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

export interface ListenerOptions extends ResponderOptions {
  /** Every route, with its whole path. */
  routes: readonly Route[]
  /** What stands in front of both ways in. */
  guards: readonly Guard[]
  /** Called with every request when its answer has been sent. */
  onServed: (served: ServedRequest) => void
}

/** Said on every answer, so that a client knows which of our additions it may use. */
const FEATURES = 'idempotency-key, batch, cursor, feed, group-status, auth, actor'
const RECORD_EVENT = `${API_PREFIX}/events`
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

/** Lets go of clients that send or take nothing for long. */
function watchBudgets({ budgets: { small, large, waiting }, stopping }: ListenerOptions): void {
  const timer = setInterval(() => {
    small.sweep(SILENT_BODY_MS)
    large.sweep(SILENT_BODY_MS)
    waiting.sweep(STALLED_MS)
  }, LOOK_MS)
  timer.unref()
  stopping.addEventListener('abort', () => clearInterval(timer))
}

/** RFC 9112, section 3.2.4, asterisk-form: what the server can do, and not what there is at a path. */
const isAboutServer = ({ method, url }: IncomingMessage): boolean => method === 'OPTIONS' && url === '*'
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/**
 * Every request's way in: guards, then its route. The one hot call goes to its route from here: Express costs more than
 * all else that recording an event does in this process. Everything else, and the same path with a query, goes through
 * Express.
 */
export function createListener(options: ListenerOptions): RequestListener {
  const { routes, guards, onServed } = options
  const responder = createResponder(options)
  watchBudgets(options)
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
