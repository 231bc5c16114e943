import { EprError, isRetryable } from '@epr/model'
import { NetworkError } from '../errors.js'
import { readRest, toResponseError } from '../http/answer.js'
import type { Http, HttpAnswer, Signal } from '../http/http.js'
import type { Redact } from '../http/redact.js'
import type { Settings } from '../options.js'
import { backoffMs } from '../retry/backoff.js'
import type { Retry } from '../retry/retry.js'
import { sleep } from '../retry/sleep.js'
import { createEntryReader } from './entries.js'
import type { FeedEntry } from './feed-entry.js'
import { type FeedPage, type ListOptions, type StreamOptions, toFeedPath } from './feed-options.js'

export interface StreamServices {
  http: Http
  retry: Retry
  redact: Redact
  backoff: Settings['retry']
  list(options: ListOptions): Promise<FeedPage>
}

/** Three of the server's heartbeats: a connection that is silent for longer is dead. */
const SILENCE_MS = 45_000

/** Aborts `to` when `from` is aborted; gives what lets go of `from`. */
function forwardAbort(from: Signal, to: AbortController): () => void {
  const forward = () => to.abort(from?.reason)
  if (from?.aborted) forward()
  else from?.addEventListener('abort', forward)
  return () => from?.removeEventListener('abort', forward)
}

/**
 * The pieces of a body as text. Only while a piece is waited for is silence counted: readers take their time.
 * The body is cancelled with the connection, also when `fetch` does not do that itself.
 */
async function* toPieces(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  onSilence: () => void,
): AsyncGenerator<string> {
  const reader = body.getReader()
  signal.addEventListener('abort', () => void reader.cancel(signal.reason).catch(() => undefined))
  const decoder = new TextDecoder()
  for (;;) {
    const timer = setTimeout(onSilence, SILENCE_MS)
    const { done, value } = await reader.read().finally(() => clearTimeout(timer))
    if (done) return
    yield decoder.decode(value, { stream: true })
  }
}

/** What a connection has said besides messages. */
interface Progress {
  /** What the server wants between two connections, milliseconds. */
  retryMs: number
  /** A cursor behind the last message, up to which there is nothing of the asked type. */
  passed: string | undefined
}

/** One connection, from a cursor on, until it is cut. */
async function* readConnection(
  after: string | undefined,
  { type, signal, timeoutMs, exact = false }: StreamOptions,
  { http, retry, redact }: StreamServices,
  onProgress: (progress: Progress) => void,
): AsyncGenerator<FeedEntry, void, undefined> {
  const connection = new AbortController()
  const letGo = forwardAbort(signal, connection)

  async function open(attemptSignal: AbortSignal): Promise<Response> {
    const letGoOfAttempt = forwardAbort(attemptSignal, connection)
    try {
      const request = {
        method: 'GET',
        path: toFeedPath({ after, type }),
        headers: { accept: 'text/event-stream' },
      }
      const response = await http.open(request, connection.signal)
      if (response.headers.get('content-type')?.startsWith('text/event-stream')) return response
      const { status, headers } = response
      const answer = { status, headers, text: await response.text() }
      readRest(answer, redact)
      throw toResponseError(answer, 'the server answered no stream: it may have no feed')
    } finally {
      letGoOfAttempt()
    }
  }

  try {
    const { status, headers, body } = await retry.run(open, { signal, timeoutMs, isSafe: () => true })
    const answer: HttpAnswer = { status, headers, text: '' }
    if (!body) throw toResponseError(answer, 'the stream has no body')
    const entries = createEntryReader(answer, exact)
    onProgress({ retryMs: 0, passed: undefined })
    const giveUp = () =>
      connection.abort(new NetworkError('TIMEOUT', `the stream was silent for ${SILENCE_MS} ms`))
    for await (const piece of toPieces(body, connection.signal, giveUp)) {
      const complete = entries.read(piece)
      yield* complete
      onProgress({ retryMs: entries.retryMs(), passed: entries.passed() })
    }
  } catch (error) {
    if (error instanceof EprError) throw error
    throw connection.signal.aborted ? connection.signal.reason : http.toNetworkError(error)
  } finally {
    letGo()
    connection.abort()
  }
}

/** Connection after connection, each from where the last one stood. */
export async function* followMessages(
  options: StreamOptions,
  services: StreamServices,
): AsyncGenerator<FeedEntry, void, undefined> {
  const { signal, type, timeoutMs, exact } = options
  let after = options.after
  let failures = 0
  /** What the server wants between two connections; undefined until one has stood. */
  let retryMs: number | undefined
  const onProgress = (progress: Progress) => {
    retryMs = progress.retryMs
    after = progress.passed ?? after
    failures = 0
  }

  const isOver = () => signal?.aborted ?? false
  try {
    // `latest` must not be asked for again after a cut: what came meanwhile would be skipped.
    if (after === 'latest') {
      const { entries, next } = await services.list({ after, type, limit: 1, signal, timeoutMs, exact })
      after = next
      yield* entries
    }
    while (!isOver()) {
      try {
        for await (const entry of readConnection(after, options, services, onProgress)) {
          after = entry.cursor
          yield entry
          if (isOver()) return
        }
      } catch (error) {
        const canHeal = error instanceof EprError && isRetryable(error.code)
        if (!canHeal || retryMs === undefined) throw error
      }
      failures++
      await sleep((retryMs ?? 0) + backoffMs(failures, services.backoff, Math.random), signal)
    }
  } catch (error) {
    if (!isOver()) throw error
  }
}
