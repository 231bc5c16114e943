import type { FeedPage } from '../../feed/feed.js'
import { createSharedBytes } from '../core/answer-writer.js'
import type { Budget } from '../core/budget.js'
import type { SharedBytes, StreamPiece } from '../core/stream-piece.js'

/** Often enough that no proxy takes a quiet stream for a dead one. */
const HEARTBEAT_MS = 15_000
/** Sent to the client at once: where it stands, and when to come back after a cut, in milliseconds. */
const PREAMBLE = 'retry: 1000\n: connected\n\n'
const LINE_BREAK = /[\r\n]+/g
const HEARTBEAT = ': heartbeat\n\n'

/** The events of a page as one buffer, which all who follow the feed share. */
interface EncodedPage {
  bytes: Buffer
  /** Where each event ends. */
  ends: number[]
  held: SharedBytes
}

/** At least as much is written at once, where there is as much. */
const PIECE_BYTES = 64 * 1024

function encode({ entries }: FeedPage, waiting: Budget): EncodedPage {
  const ends: number[] = []
  const events: Buffer[] = []
  let end = 0
  for (const entry of entries) {
    // No JSON text here holds a line break but where a client's own payload has it, which is white space there.
    const message = entry.message.replace(LINE_BREAK, ' ')
    const event = Buffer.from(`: ${entry.head}\nid: ${entry.cursor}\ndata: ${message}\n\n`)
    events.push(event)
    end += event.length
    ends.push(end)
  }
  const [only] = events
  const bytes = events.length === 1 && only ? only : Buffer.concat(events, end)
  return { bytes, ends, held: createSharedBytes(waiting, end) }
}

/** Whole events, some at a time; of a stream by type only those that are wanted. */
function* toPieces(
  page: FeedPage,
  { bytes, ends, held }: EncodedPage,
  type: string | undefined,
): Generator<StreamPiece> {
  let from = 0
  let isSent = true
  for (const [index, to] of ends.entries()) {
    isSent = type === undefined || page.entries[index]?.type === type
    const isLast = index === ends.length - 1
    if (isSent && !isLast && type === undefined && to - from < PIECE_BYTES) continue
    if (isSent) yield { bytes: bytes.subarray(from, to), held }
    from = to
  }
  // An id without data is not an event, and moves Last-Event-ID past what was passed over.
  if (!isSent)
    yield { bytes: Buffer.from(`: ${JSON.stringify({ cursor: page.next })}\nid: ${page.next}\n\n`) }
}

/**
 * The end of a stream that cannot go on. In a browser it reaches `onerror`, which has its text as `data`; without an `id` it
 * leaves the cursor where it is. Somewhere in an event it can only be a comment: without its blank line that event is none.
 */
export const toErrorEvent = (error: string, isWhole: boolean): string =>
  isWhole ? `event: error\ndata: ${error}\n\n` : `\n: ${error}\n`

/** `next()`, or undefined when `timeoutMs` passes first; the same `next()` is then waited for again. */
async function within<T>(next: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs)
  })
  return Promise.race([next, timeout]).finally(() => clearTimeout(timer))
}

/** Makes Server-Sent Events of what is followed. */
export interface EventStreams {
  /**
   * Pages of the feed as Server-Sent Events: `id:` is the cursor, `data:` the message. A comment before it has
   * what else the feed says of a message (`feedPlaceSchema` of the model); who reads only events loses nothing.
   */
  toEvents(pages: AsyncIterable<FeedPage>, type: string | undefined): AsyncGenerator<StreamPiece>
}

const toPiece = (text: string): StreamPiece => ({ bytes: Buffer.from(text) })

/** @param waiting counts what is held for streams that are not read */
export function createEventStreams(waiting: Budget): EventStreams {
  const encoded = new WeakMap<FeedPage, EncodedPage>()

  function encodeOnce(page: FeedPage): EncodedPage {
    const known = encoded.get(page) ?? encode(page, waiting)
    encoded.set(page, known)
    return known
  }

  return {
    async *toEvents(pages, type) {
      yield toPiece(PREAMBLE)
      const iterator = pages[Symbol.asyncIterator]()
      for (let next = iterator.next(); ; ) {
        const result = await within(next, HEARTBEAT_MS)
        if (result === undefined) {
          yield toPiece(HEARTBEAT)
          continue
        }
        if (result.done) return
        yield* toPieces(result.value, encodeOnce(result.value), type)
        next = iterator.next()
      }
    },
  }
}
