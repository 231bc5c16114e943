import {
  EprError,
  type FeedEntry,
  type FeedView,
  isRetryable,
  messageSchema,
  messageSummarySchema,
} from '@epr/model'
import { parseAnswer, toResponseError } from '../http/answer.js'
import { parseExactJson } from '../http/exact-json.js'
import type { HttpAnswer } from '../http/http.js'
import { backoffMs, type RetryPolicy } from '../retry/policy.js'
import { sleep } from '../retry/sleep.js'
import { type ConnectionServices, connectToFeed } from './connection.js'
import type { RawEntry } from './entries.js'
import type { EntryOf, FeedPage, ListOptions, StreamOptions } from './feed-options.js'

export interface StreamServices<View extends FeedView> extends ConnectionServices {
  backoff: RetryPolicy
  list(options: ListOptions<View>): Promise<FeedPage<View>>
}

/** @throws ResponseError for what is not JSON */
function parse(text: string, answer: HttpAnswer, exact: boolean): unknown {
  try {
    return exact ? parseExactJson(text) : JSON.parse(text)
  } catch {
    throw toResponseError(answer, 'a message of the stream is not JSON')
  }
}

/** @throws ResponseError for what is not a message, or has no place */
function toEntry(
  { cursor, time, ce_id, gate, actor, text }: RawEntry,
  answer: HttpAnswer,
  exact: boolean,
): FeedEntry {
  if (time === undefined) throw toResponseError(answer, 'a message of the stream has no time')
  const message = parseAnswer(messageSchema, parse(text, answer, exact), answer)
  return { cursor, time, ce_id, ...(gate && { gate }), ...(actor !== undefined && { actor }), message }
}

/** Connection after connection, each from where the last one stood. */
export async function* followMessages<View extends FeedView>(
  { exact = false, onConnect, onCut, tail, ...options }: StreamOptions<View>,
  services: StreamServices<View>,
): AsyncGenerator<EntryOf<View>, void, undefined> {
  const { signal } = options
  const toViewed = (entry: RawEntry, answer: HttpAnswer) =>
    (options.view === 'summary'
      ? parseAnswer(messageSummarySchema, parse(entry.text, answer, false), answer)
      : toEntry(entry, answer, exact)) as EntryOf<View>
  let after = options.after
  let failures = 0
  /** What the server wants between two connections; undefined until one has stood. */
  let wantedMs: number | undefined

  const isOver = () => signal?.aborted ?? false
  try {
    // Where the newest is must not be asked for again after a cut: what came meanwhile would be skipped.
    if (after === 'latest' || tail !== undefined) {
      const { entries, next } = await services.list({ ...options, tail, limit: tail ?? 1, exact })
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
            yield toViewed(entry, batch.answer)
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
