import { EprError } from '@epr/model'
import type { z } from 'zod'
import type { CallOptions, CreateOptions, ReadOptions } from '../options.js'
import type { Retry } from '../retry/retry.js'
import { type JsonAnswer, readRest, toId, toObject, toSegment } from './answer.js'
import { type Http, type HttpAnswer, type HttpRequest, LIVENESS } from './http.js'
import { toJsonBody } from './json-body.js'
import { isUnsent } from './network-reason.js'
import type { Redact } from './secrets.js'

export const API_PREFIX = '/api/v1'

/** What `client.rest` takes; an `idempotencyKey` makes it safe to repeat. */
export interface RestOptions extends CreateOptions, ReadOptions {}

/** What a body is, where it is not plain JSON. */
interface Typed {
  contentType?: string | undefined
}

/** An answer of REST without an error. */
export interface RestAnswer {
  status: number
  headers: Headers
  /** The body as it came, for those who need its numbers exactly. */
  text: string
  /** The body, parsed. */
  json: unknown
}

export interface Rest {
  /** A call of any path below the server's URL. POSTs are repeated only under an Idempotency-Key. */
  call(
    method: string,
    path: string,
    body: string | undefined,
    options?: RestOptions & Typed,
  ): Promise<JsonAnswer>
  /** Posts to a path that keeps Idempotency-Keys, with a fresh one when none is given. */
  post(path: string, body: string, options?: CreateOptions & Typed): Promise<JsonAnswer>
  create(path: string, object: unknown, options?: CreateOptions): Promise<string>
  get<Schema extends z.ZodType>(
    path: string,
    id: string,
    schema: Schema,
    options?: ReadOptions,
  ): Promise<z.output<Schema>>
  /** Asks anything once when the server has not been heard yet: then its features are known. */
  meet(options?: CallOptions): Promise<void>
}

/** `crypto.randomUUID` is missing on pages that came over plain http. */
function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

function assertKey(key: string | undefined): void {
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return
  throw new EprError('INVALID_ARGUMENT', 'idempotencyKey must be 1 to 255 characters of printable ASCII')
}

export function createRest(http: Http, retry: Retry, redact: Redact): Rest {
  function send<T>(
    request: HttpRequest,
    { signal, timeoutMs, retryForMs, idempotencyKey, contentType }: RestOptions & Typed,
    read: (answer: HttpAnswer) => T,
  ): Promise<T> {
    assertKey(idempotencyKey)
    const headers = {
      ...(contentType !== undefined && { 'content-type': contentType }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    }
    const isKeyed = idempotencyKey !== undefined
    /** What was sent, and may have been done although it has failed. */
    let inDoubt: EprError | undefined

    async function attempt(attemptSignal: AbortSignal): Promise<T> {
      if (inDoubt && !(await keepsKeys(attemptSignal))) throw inDoubt
      return read(await http.send({ ...request, headers }, attemptSignal))
    }

    function isSafe(error: EprError): boolean {
      if (request.method === 'GET' || isUnsent(error)) return true
      if (!isKeyed) return false
      // A server that was not heard yet is asked by the next attempt, once it is there, before anything is sent again.
      inDoubt ??= error
      return http.features.has('idempotency-key') || !http.features.isKnown()
    }

    return retry.run(attempt, { signal, timeoutMs, retryForMs, isSafe })
  }

  /** Whether the server remembers Idempotency-Keys. @throws what asking it fails with */
  async function keepsKeys(signal: AbortSignal): Promise<boolean> {
    if (!http.features.isKnown()) {
      const answer = await http.send({ method: 'GET', path: LIVENESS }, signal)
      if (!http.features.isKnown()) readRest(answer, redact)
    }
    return http.features.has('idempotency-key')
  }

  function call(method: string, path: string, body: string | undefined, options: RestOptions & Typed = {}) {
    return send({ method, path, body }, options, (answer) => readRest(answer, redact, options.exact))
  }

  function post(path: string, body: string, options: CreateOptions & Typed = {}) {
    return call('POST', API_PREFIX + path, body, {
      ...options,
      idempotencyKey: options.idempotencyKey ?? newKey(),
    })
  }

  return {
    call,
    post,
    create: async (path, object, options) => toId(await post(path, toJsonBody(object), options)),
    get: async (path, id, schema, options) =>
      toObject(schema, await call('GET', `${API_PREFIX}${path}/${toSegment(id)}`, undefined, options)),
    async meet(options = {}) {
      if (!http.features.isKnown()) await send({ method: 'GET', path: LIVENESS }, options, () => undefined)
    },
  }
}
