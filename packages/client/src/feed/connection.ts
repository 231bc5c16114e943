import { EprError, type FeedView } from '@epr/model'
import { NetworkError } from '../errors.js'
import { readRest, toResponseError } from '../http/answer.js'
import type { Http, HttpAnswer } from '../http/http.js'
import type { Redact } from '../http/secrets.js'
import { forwardAbort } from '../retry/forward-abort.js'
import type { Retry } from '../retry/retry.js'
import { createEntryReader, type RawEntry } from './entries.js'
import { type FeedConnectionOptions, toFeedPath, type ViewOptions } from './feed-options.js'

export interface ConnectionServices {
  http: Http
  retry: Retry
  redact: Redact
}

/** What came with one piece of the stream. */
export interface FeedBatch {
  entries: RawEntry[]
  /** A cursor behind the last message, up to which there is nothing that was asked for. */
  passed: string | undefined
  /** What the server wants between two connections, in milliseconds. */
  retryMs: number
}

/** Three of the server's heartbeats: a connection that is silent for longer is dead. */
const SILENCE_MS = 45_000

/**
 * The pieces of a body as text. Only while a piece is waited for is silence counted: readers take their time.
 * The body is cancelled with the connection, also when `fetch` does not do that itself.
 */
async function* toPieces(
  body: ReadableStream<Uint8Array>,
  connection: AbortController,
): AsyncGenerator<string> {
  const reader = body.getReader()
  const { signal } = connection
  signal.addEventListener('abort', () => void reader.cancel(signal.reason).catch(() => undefined))
  const giveUp = () =>
    connection.abort(new NetworkError('TIMEOUT', `the stream was silent for ${SILENCE_MS} ms`))
  const decoder = new TextDecoder()
  for (;;) {
    const timer = setTimeout(giveUp, SILENCE_MS)
    const { done, value } = await reader.read().finally(() => clearTimeout(timer))
    if (done) return
    yield decoder.decode(value, { stream: true })
  }
}

/** The answer when it is a stream. @throws ApiError, or ResponseError for any other answer */
async function openStream(
  path: string,
  connection: AbortController,
  { http, redact }: ConnectionServices,
): Promise<Response> {
  const request = { method: 'GET', path, headers: { accept: 'text/event-stream' } }
  const response = await http.open(request, connection.signal)
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) return response
  const answer = { status: response.status, headers: response.headers, text: await response.text() }
  readRest(answer, redact)
  throw toResponseError(answer, 'the server answered no stream: it may have no feed')
}

/**
 * One connection, until the server ends it: what came with each piece, and first, as soon as it stands, a batch of nothing.
 *
 * @throws what the call fails with; ApiError for what the server ends it with; NetworkError when it is cut or silent; the
 * reason of the signal
 */
export async function* connectToFeed(
  options: FeedConnectionOptions & Pick<ViewOptions<FeedView>, 'view'>,
  services: ConnectionServices,
): AsyncGenerator<FeedBatch & { answer: HttpAnswer; isFirst: boolean }, void, undefined> {
  const { signal, timeoutMs, retryForMs } = options
  const path = toFeedPath(options)
  const connection = new AbortController()
  const letGo = forwardAbort(signal, connection)
  let isStanding = false

  async function open(attempt: AbortSignal): Promise<Response> {
    const letGoOfAttempt = forwardAbort(attempt, connection)
    return openStream(path, connection, services).finally(letGoOfAttempt)
  }

  try {
    const { status, headers, body } = await services.retry.run(open, {
      signal,
      timeoutMs,
      retryForMs,
      isSafe: () => true,
    })
    const answer: HttpAnswer = { status, headers, text: '' }
    if (!body) throw toResponseError(answer, 'the stream has no body')
    isStanding = true
    yield { entries: [], passed: undefined, retryMs: 0, answer, isFirst: true }
    const reader = createEntryReader(answer, services.redact)
    for await (const piece of toPieces(body, connection)) {
      const entries = reader.read(piece)
      yield { entries, passed: reader.passed(), retryMs: reader.retryMs(), answer, isFirst: false }
      const failure = reader.failure()
      if (failure) throw failure
    }
  } catch (error) {
    if (error instanceof EprError) throw error
    if (connection.signal.aborted) throw connection.signal.reason
    throw services.http.toNetworkError(error, isStanding ? 'the stream was cut by' : undefined)
  } finally {
    letGo()
    connection.abort()
  }
}
