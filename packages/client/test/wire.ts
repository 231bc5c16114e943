import { HttpResponse, type JsonBodyType } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type Client, type ClientOptions, createClient } from '../src/index.js'

export const URL = 'http://epr.test'
export const ID = '01HKX0J9KS8AASMRYX61458N41'
export const OTHER_ID = '01HKX0J9KS8AASMRYX61458N42'
export const FEATURES = { 'epr-features': 'idempotency-key, batch, cursor, feed, group-status' }

/** A server on the wire for the tests of a file: unknown requests are errors. */
export function useWire(): ReturnType<typeof setupServer> {
  const wire = setupServer()
  beforeAll(() => wire.listen({ onUnhandledRequest: 'error' }))
  afterEach(() => wire.resetHandlers())
  afterAll(() => wire.close())
  return wire
}

/** Retries without a wait that a test would notice. */
export function testClient(options: Partial<ClientOptions> = {}): Client {
  return createClient({ url: URL, retry: { attempts: 4, initialDelayMs: 1, maxDelayMs: 1 }, ...options })
}

/** An answer of ours. */
export const ours = (body: JsonBodyType, status = 200, headers: Record<string, string> = {}) =>
  HttpResponse.json(body, { status, headers: { ...FEATURES, ...headers } })

/** An answer of the original, which tells no features. */
export const original = (body: JsonBodyType, status = 200) => HttpResponse.json(body, { status })

/** Answers, one for each call; the last one for all that come after. */
export function inTurn<T>(...answers: (() => T)[]): () => T {
  let call = 0
  return () => {
    const answer = answers[Math.min(call++, answers.length - 1)]
    if (!answer) throw new Error('no answers given')
    return answer()
  }
}
