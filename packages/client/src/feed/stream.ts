import { EprError, type FeedEntry, isRetryable, messageSchema } from '@epr/model'
import { parseAnswer, toResponseError } from '../http/answer.js'
import { parseExactJson } from '../http/exact-json.js'
import type { HttpAnswer } from '../http/http.js'
import { backoffMs, type RetryPolicy } from '../retry/policy.js'
import { sleep } from '../retry/sleep.js'
import { type ConnectionServices, connectToFeed } from './connection.js'
import type { RawEntry } from './entries.js'
import type { FeedPage, ListOptions, StreamOptions } from './feed-options.js'

export interface StreamServices extends ConnectionServices {
  backoff: RetryPolicy
  list(options: ListOptions): Promise<FeedPage>
}

/** @throws ResponseError for what is not a message, or has no place */
function toEntry(
  { cursor, time, ce_id, gate, actor, text }: RawEntry,
  answer: HttpAnswer,
  exact: boolean,
): FeedEntry {
  if (time === undefined) throw toResponseError(answer, 'a message of the stream has no time')
  let json: unknown
  try {
    json = exact ? parseExactJson(text) : JSON.parse(text)
  } catch {
    throw toResponseError(answer, 'a message of the stream is not JSON')
  }
  const message = parseAnswer(messageSchema, json, answer)
  return { cursor, time, ce_id, ...(gate && { gate }), ...(actor !== undefined && { actor }), message }
}

/** Connection after connection, each from where the last one stood. */
export async function* followMessages(
  { exact = false, onConnect, onCut, ...options }: StreamOptions,
  services: StreamServices,
): AsyncGenerator<FeedEntry, void, undefined> {
  const { signal, type, timeoutMs, retryForMs } = options
  let after = options.after
  let failures = 0
  /** What the server wants between two connections; undefined until one has stood. */
  let wantedMs: number | undefined

  const isOver = () => signal?.aborted ?? false
  try {
    // `latest` must not be asked for again after a cut: what came meanwhile would be skipped.
    if (after === 'latest') {
      const { entries, next } = await services.list({
        after,
        type,
        limit: 1,
        signal,
        timeoutMs,
        retryForMs,
        exact,
      })
      after = next
      yield* entries
    }
    while (!isOver()) {
      let reason: EprError | undefined
      try {
        for await (const batch of connectToFeed({ ...options, after }, services)) {
          if (batch.isFirst) onConnect?.()
          for (const entry of batch.entries) {
            after = entry.cursor
            yield toEntry(entry, batch.answer, exact)
            if (isOver()) return
          }
          after = batch.passed ?? after
          wantedMs = batch.retryMs
          failures = 0
        }
      } catch (error) {
        const canHeal = error instanceof EprError && isRetryable(error.code)
        if (!canHeal || wantedMs === undefined) throw error
        reason = error
      }
      if (isOver()) return
      onCut?.(reason)
      failures++
      await sleep((wantedMs ?? 0) + backoffMs(failures, services.backoff), signal)
    }
  } catch (error) {
    if (!isOver()) throw error
  }
}
