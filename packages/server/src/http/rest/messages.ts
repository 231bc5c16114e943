import type { Feed, FeedStart } from '../../feed/feed.js'
import { type RestRequest, type RestResponse, type Route, toJsonResponse } from '../core/route.js'
import { messageQuery, parseQuery } from './query-params.js'
import { toServerSentEvents } from './server-sent-events.js'

/** `Last-Event-ID` is what a browser or an SSE client sends when it comes back (WHATWG HTML, 9.2.4). */
function toStart(after: string | undefined, lastEventId: string | undefined): FeedStart {
  const from = lastEventId !== undefined && /^\d{1,18}$/.test(lastEventId) ? lastEventId : after
  if (from === undefined) return 'oldest'
  if (from === 'latest') return 'latest'
  return /^\d+$/.test(from) ? { cursor: from } : { moment: from }
}

function wantsEventStream({ headers }: RestRequest): boolean {
  return (headers.accept ?? '')
    .split(',')
    .some((range) => range.trim().toLowerCase().startsWith('text/event-stream'))
}

const headerText = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value

export function messageRoutes(feed: Feed): Route[] {
  async function page(after: string, limit: number, type: string | undefined): Promise<RestResponse> {
    const { entries, next } = await feed.read({ after, limit, type })
    const data = entries.map(({ head, message }) => `${head.slice(0, -1)},"message":${message}}`)
    return toJsonResponse(`{"data":[${data.join(',')}],"next":${JSON.stringify(next)}}`)
  }
  return [
    {
      method: 'get',
      path: '/messages',
      operation: async (request) => {
        const { after, limit, type } = parseQuery(messageQuery, request.search)
        const isStream = wantsEventStream(request)
        const lastEventId = isStream ? headerText(request.headers['last-event-id']) : undefined
        const start = await feed.resolveStart(toStart(after, lastEventId))
        if (!isStream) return page(start, limit, type)
        return {
          status: 200,
          headers: {
            'content-type': 'text/event-stream',
            'cache-control': 'no-store',
            'x-accel-buffering': 'no',
          },
          body: toServerSentEvents(feed.follow(start, request.abort()), type),
        }
      },
    },
  ]
}
