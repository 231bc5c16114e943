import { type FeedView, feedEntrySchema, messageSummarySchema } from '@epr/model'
import * as z from 'zod'
import { parseAnswer } from '../http/answer.js'
import { explainLack } from '../http/lacking.js'
import type { Rest } from '../http/rest.js'
import { connectToFeed, type FeedBatch } from './connection.js'
import {
  type EntryOf,
  type FeedConnectionOptions,
  type FeedPage,
  type ListOptions,
  type StreamOptions,
  toFeedPath,
} from './feed-options.js'
import { followMessages, type StreamServices } from './stream.js'

/** The feed of messages, which needs our server: `client.messages`. */
export interface Messages {
  /** One page of the feed, at once. @throws ApiError GONE when messages behind `after` are no longer kept */
  list<View extends FeedView = 'full'>(options?: ListOptions<View>): Promise<FeedPage<View>>
  /**
   * Every message, as it comes, each once and in order. It starts when it is first read, comes back after a cut
   * where it stood, for as long as it takes, and ends by its signal or by leaving the loop. What was published
   * before the first read is in it only with `tail`, or when `after` is a cursor: take one from `list({after: 'latest'})`.
   *
   * @throws what the first connection fails with; later only what waiting cannot heal: GONE when messages have
   *   been removed unread, UNAUTHENTICATED, a ResponseError
   */
  stream<View extends FeedView = 'full'>(
    options?: StreamOptions<View>,
  ): AsyncGenerator<EntryOf<View>, void, undefined>
  /**
   * One connection to the feed, for those who keep their place themselves, as watchers do: batches of messages whose text is
   * not looked at yet, until the server ends it. The first batch comes as soon as the connection stands, and is empty.
   *
   * @throws what the call fails with; ApiError for what the server ends the stream with, GONE when messages have been removed
   *   unread; NetworkError when it is cut or silent for 45 seconds; the reason of the signal
   */
  connect(options?: FeedConnectionOptions): AsyncGenerator<FeedBatch, void, undefined>
}

const PAGES: Readonly<Record<FeedView, z.ZodType<{ data: object[]; next: string }>>> = {
  full: z.object({ data: z.array(feedEntrySchema), next: z.string() }),
  summary: z.object({ data: z.array(messageSummarySchema), next: z.string() }),
}

export function createMessages(rest: Rest, services: Omit<StreamServices<FeedView>, 'list'>): Messages {
  const explain = (call: string) => (error: unknown) => {
    throw explainLack(error, call, 'feed', services.http.features)
  }

  async function page<View extends FeedView>(
    call: string,
    options: ListOptions<View>,
  ): Promise<FeedPage<View>> {
    const answer = await rest.call('GET', toFeedPath(options), undefined, options).catch(explain(call))
    const { data, next } = parseAnswer(PAGES[options.view ?? 'full'], answer.json, answer)
    return { entries: data as EntryOf<View>[], next }
  }
  return {
    list: async (options = {}) => page('messages.list', options),
    async *stream<View extends FeedView>(options: StreamOptions<View> = {}) {
      const list = (first: ListOptions<View>) => page('messages.stream', first)
      try {
        yield* followMessages(options, { ...services, list })
      } catch (error) {
        explain('messages.stream')(error)
      }
    },
    async *connect(options = {}) {
      try {
        yield* connectToFeed(options, services)
      } catch (error) {
        explain('messages.connect')(error)
      }
    },
  }
}
