import { feedEntrySchema, isCursor, messageSchema, messageSummarySchema } from '@epr/model'
import * as z from 'zod'
import type { Feed, FeedBeginning, FeedStart } from '../../feed/feed.js'
import { prefers } from '../core/accept.js'
import { API_PREFIX, defineRoute, type HttpResponse, type Route, toJsonResponse } from '../core/route.js'
import { READ_FAILURES } from '../core/route-doc.js'
import { messageQuery, parseQuery, splitMessageQuery } from './query-params.js'
import { type EventStreams, toErrorEvent } from './server-sent-events.js'

const message = messageSchema.meta({ id: 'Message' })
const time = z.string().meta({ format: 'date-time' })
const always = { ce_id: true, actor: true } as const
const entry = feedEntrySchema.required(always).extend({ time, message }).meta({ id: 'FeedEntry' })
const summary = messageSummarySchema.required(always).extend({ time }).meta({ id: 'MessageSummary' })
const feedPage = z.object({
  data: z.array(z.union([entry, summary])).meta({ description: 'Summaries where `view` is `summary`.' }),
  next: z.string().meta({ description: 'What to pass as `after` next, also when there is nothing.' }),
})

const STREAM = `\`view=summary\` leaves payloads and schemas out; it is what pages that show the feed read. What is asked for by \`receiver\`,
\`success\` or \`name\` is looked for among 2,000 messages at a time, by what else among 10,000: a page may be empty, and \`next\` says where to go on.

Each event of the stream has the cursor as its \`id\`, and its message, or in that view the summary, as \`data\`. A stream that cannot go on ends with
\`event: error\`, whose \`data\` is the error that a page would be answered with. GONE: messages that this reader has not seen
are no longer kept; whoever comes back is answered 410, with which a browser's EventSource ends. UNAVAILABLE: come back behind
the last cursor.`

/** `Last-Event-ID` is what a browser or an SSE client sends when it comes back (WHATWG HTML, 9.2.4). */
function toStart(
  after: string | undefined,
  tail: number | undefined,
  lastEventId: string | undefined,
): FeedStart {
  const from = lastEventId !== undefined && isCursor(lastEventId) ? lastEventId : after
  if (from === undefined && tail !== undefined) return { tail }
  if (from === undefined) return 'oldest'
  if (from === 'latest') return 'latest'
  return isCursor(from) ? { cursor: from } : { moment: from }
}

const headerText = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value

export function messageRoutes(feed: Feed, streams: EventStreams): Route[] {
  async function page(beginning: FeedBeginning, which: Parameters<Feed['read']>[1]): Promise<HttpResponse> {
    const { entries, next } = await feed.read(beginning, which)
    const data = entries.flatMap(({ head, message }, index) => {
      const comma = index === 0 ? '' : ','
      return head === undefined ? [comma, message] : [`${comma}${head.slice(0, -1)},"message":`, message, '}']
    })
    return toJsonResponse(['{"data":[', ...data, `],"next":${JSON.stringify(next)}}`])
  }
  return [
    defineRoute(
      'get',
      `${API_PREFIX}/messages`,
      {
        summary: 'The feed of messages, as a page or (Accept: text/event-stream) as Server-Sent Events',
        description: STREAM,
        tag: 'messages',
        isLarge: true,
        query: messageQuery,
        answer: feedPage,
        failures: [...READ_FAILURES, 400, 410],
      },
      async (request) => {
        const query = splitMessageQuery(parseQuery(messageQuery, request.search))
        const { after, tail, filter } = query
        const isStream = prefers(request.headers.accept, 'text/event-stream', 'application/json')
        const lastEventId = isStream ? headerText(request.headers['last-event-id']) : undefined
        const start = await feed.resolveStart(toStart(after, tail, lastEventId), request.call)
        if (!isStream) return page(start, { ...query.page, ...filter })
        return {
          status: 200,
          headers: {
            'content-type': 'text/event-stream',
            'cache-control': 'no-store',
            'x-accel-buffering': 'no',
          },
          body: streams.toEvents(feed.follow(start, query.page.view, request.abort()), filter),
          toLastWords: toErrorEvent,
        }
      },
    ),
  ]
}
