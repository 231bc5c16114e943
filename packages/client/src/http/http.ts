import { EprError } from '@epr/model'
import { NetworkError } from '../errors.js'
import type { Settings } from '../options.js'
import { codeOf, phaseOf, reasonOf } from './network-reason.js'
import type { Redact } from './secrets.js'
import type { Tokens } from './tokens.js'

/** Answered by every server, to whomever, and says nothing but what the server can do. */
export const LIVENESS = '/healthz/liveness'

/** What our server can do beside the original's API, as it says in `epr-features` on every answer. */
export type Feature = 'idempotency-key' | 'batch' | 'cursor' | 'feed' | 'group-status' | 'auth' | 'actor'

export interface Features {
  /** Whether the server is known to have it; false as long as it has not been heard. */
  has(feature: Feature): boolean
  /** Whether the server has answered at all, and so has said, or not, what it can do. */
  isKnown(): boolean
  /** All that the server has said. */
  list(): string[]
  learn(answer: Pick<Response, 'status' | 'headers'>): void
}

/** What stands before a server answers so while that is away: RFC 9110, section 15, and RFC 6585, section 4. */
const PROXY_ERRORS: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

function createFeatures(): Features {
  let said: ReadonlySet<string> | undefined
  return {
    has: (feature) => said?.has(feature) ?? false,
    isKnown: () => said !== undefined,
    list: () => [...(said ?? [])],
    learn({ status, headers }) {
      const header = headers.get('epr-features')
      // A proxy's own error page has no header: it takes back nothing that the server has said, and says nothing itself.
      if (header === null) said ??= PROXY_ERRORS.has(status) ? undefined : new Set()
      else said = new Set(header.split(',').map((name) => name.trim()))
    },
  }
}

const MAX_CAUSES = 5

/**
 * A copy of an error that is safe to attach as a cause: name, text, code and causes, without secrets. The
 * error of a `fetch` that a user brought may carry the whole request.
 */
function toSafeCause(error: unknown, redact: Redact, depth = 0): Error {
  if (!(error instanceof Error)) return new Error(redact(String(error)))
  const cause =
    error.cause === undefined || depth === MAX_CAUSES
      ? {}
      : { cause: toSafeCause(error.cause, redact, depth + 1) }
  const copy = new Error(redact(error.message), cause)
  copy.name = redact(error.name)
  if (error.stack !== undefined) copy.stack = redact(error.stack)
  const code = codeOf(error)
  return code === undefined ? copy : Object.assign(copy, { code: redact(code) })
}

export interface HttpRequest {
  method: string
  /** Below the server's URL, with its query. */
  path: string
  /** Text of JSON. */
  body?: string | undefined
  headers?: Readonly<Record<string, string>> | undefined
}

export interface HttpAnswer {
  status: number
  headers: Headers
  text: string
}

/** One round trip. Every status is an answer; no answer is a NetworkError, or the reason of the signal. */
export interface Http {
  readonly features: Features
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>
  /** Resolves when the headers are there; `signal` also ends the reading of the body. */
  open(request: HttpRequest, signal: AbortSignal): Promise<Response>
  /** Says why there was no answer, without secrets; `problem`, when it is not that, stands before the URL. */
  toNetworkError(error: unknown, problem?: string): NetworkError
}

export type HttpSettings = Pick<Settings, 'url' | 'headers' | 'fetch' | 'dispatcher'>

export function createHttp(settings: HttpSettings, redact: Redact, tokens?: Tokens): Http {
  const features = createFeatures()

  function toNetworkError(error: unknown, problem = 'no answer from'): NetworkError {
    const message = `${problem} ${settings.url}: ${redact(reasonOf(error))}`
    return new NetworkError('UNAVAILABLE', message, {
      phase: phaseOf(error),
      cause: toSafeCause(error, redact),
    })
  }

  async function exchange(request: HttpRequest, signal: AbortSignal, token?: string): Promise<Response> {
    const init = {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
        ...settings.headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...request.headers,
      },
      // Following would turn a POST into a GET (fetch, 4.4), and hand the body to whoever is named.
      redirect: 'manual' as const,
      signal,
      ...(request.body !== undefined && { body: request.body }),
      ...(settings.dispatcher && {
        dispatcher: settings.dispatcher as NonNullable<RequestInit['dispatcher']>,
      }),
    }
    const fetch = settings.fetch ?? globalThis.fetch
    const response = await fetch(settings.url + request.path, init)
    features.learn(response)
    return response
  }

  async function openAs(who: Tokens, request: HttpRequest, signal: AbortSignal): Promise<Response> {
    if (who.isDetected && !features.isKnown()) {
      const answer = await exchange({ method: 'GET', path: LIVENESS }, signal)
      // A proxy's, in front of a server that is away.
      if (!features.isKnown()) return answer
      await answer.text()
    }
    const token = who.isDetected && !features.has('auth') ? undefined : await who.get()
    const response = await exchange(request, signal, token)
    if (response.status !== 401 || token === undefined) return response
    const other = await who.another(token)
    if (other === undefined) return response
    await response.text()
    return exchange(request, signal, other)
  }

  const open = (request: HttpRequest, signal: AbortSignal): Promise<Response> =>
    tokens ? openAs(tokens, request, signal) : exchange(request, signal)

  /** Gives what `step` gives. After an abort the signal's reason at once, whatever `fetch` makes of it. */
  async function attempt<T>(step: () => Promise<T>, signal: AbortSignal): Promise<T> {
    let giveUp = () => {}
    const aborted = new Promise<never>((_, reject) => {
      giveUp = () => reject(signal.reason)
    })
    signal.addEventListener('abort', giveUp)
    try {
      return await Promise.race([step(), aborted])
    } catch (error) {
      if (signal.aborted) throw signal.reason
      // Of where the token comes from: nothing was sent.
      if (error instanceof EprError) throw error
      throw toNetworkError(error)
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  return {
    features,
    toNetworkError,
    open: (request, signal) => attempt(() => open(request, signal), signal),
    send: (request, signal) =>
      attempt(async () => {
        const response = await open(request, signal)
        return { status: response.status, headers: response.headers, text: await response.text() }
      }, signal),
  }
}
