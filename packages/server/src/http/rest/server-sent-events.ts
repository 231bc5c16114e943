import type { FeedPage } from '../../feed/feed.js'

/** Often enough that no proxy takes a quiet stream for a dead one. */
const HEARTBEAT_MS = 15_000
/** Sent to the client at once: where it stands, and when to come back after a cut, in milliseconds. */
const PREAMBLE = 'retry: 1000\n: connected\n\n'
const LINE_BREAK = /[\r\n]+/g
const HEARTBEAT = ': heartbeat\n\n'

function toText({ entries, next }: FeedPage, type: string | undefined): string {
  let text = ''
  let isSent = true
  for (const entry of entries) {
    // No JSON text here holds a line break but where a client's own payload has it, which is white space there.
    isSent = type === undefined || entry.type === type
    if (isSent)
      text += `: ${entry.head}\nid: ${entry.cursor}\ndata: ${entry.message.replace(LINE_BREAK, ' ')}\n\n`
  }
  // An id without data is not an event, and moves Last-Event-ID past what was passed over.
  return isSent ? text : `${text}: ${JSON.stringify({ cursor: next })}\nid: ${next}\n\n`
}

/**
 * The end of a stream that cannot go on. In a browser it reaches `onerror`, which has its text as `data`; without an `id` it
 * leaves the cursor where it is.
 */
export const toErrorEvent = (error: string): string => `event: error\ndata: ${error}\n\n`

/** `next()`, or undefined when `timeoutMs` passes first; the same `next()` is then waited for again. */
async function within<T>(next: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs)
  })
  return Promise.race([next, timeout]).finally(() => clearTimeout(timer))
}

/**
 * Pages of the feed as Server-Sent Events: `id:` is the cursor, `data:` the message. A comment before it has
 * what else the feed says of a message (`feedPlaceSchema` of the model); who reads only events loses nothing.
 */
export async function* toServerSentEvents(
  pages: AsyncIterable<FeedPage>,
  type?: string,
): AsyncGenerator<string> {
  yield PREAMBLE
  const iterator = pages[Symbol.asyncIterator]()
  for (let next = iterator.next(); ; ) {
    const result = await within(next, HEARTBEAT_MS)
    if (result === undefined) {
      yield HEARTBEAT
      continue
    }
    if (result.done) return
    const text = toText(result.value, type)
    if (text !== '') yield text
    next = iterator.next()
  }
}
