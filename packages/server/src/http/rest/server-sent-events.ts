import type { FeedEntry, FeedPage } from '../../feed/feed.js'
import { isWanted, type MessageFilter } from '../../feed/matching.js'
import { createSharedBytes } from '../core/answer-writer.js'
import type { Budget } from '../core/budget.js'
import type { SharedBytes, StreamPiece } from '../core/stream-piece.js'

/** Often enough that no proxy takes a quiet stream for a dead one. */
const HEARTBEAT_MS = 15_000
/** Sent to the client at once: where it stands, and when to come back after a cut, in milliseconds. */
const PREAMBLE = 'retry: 1000\n: connected\n\n'
const LINE_BREAK = /[\r\n]+/g
const HEARTBEAT = ': heartbeat\n\n'

/** The events of a page, or those that a filter lets through, which all who ask for them share. */
interface EncodedPage {
  /** Whole events, some at a time. */
  pieces: Buffer[]
  held: SharedBytes
}

/** How many of these are kept beside a page; what more filters let through is made for each stream. */
const MAX_SHARED_FILTERS = 8

/** At least as much is written at once, where there is as much. */
const PIECE_BYTES = 64 * 1024

/** No JSON text here holds a line break but where a client's own payload has it, which is white space there. */
const toLine = (json: string): string =>
  json.includes('\n') || json.includes('\r') ? json.replace(LINE_BREAK, ' ') : json

const encodeEvent = ({ head, cursor, message }: FeedEntry): Buffer =>
  Buffer.from(`${head === undefined ? '' : `: ${head}\n`}id: ${cursor}\ndata: ${toLine(message)}\n\n`)

/** An id without data is not an event, and moves Last-Event-ID past what was passed over. */
const encodePlace = (cursor: string): Buffer =>
  Buffer.from(`: ${JSON.stringify({ cursor })}\nid: ${cursor}\n\n`)

/** What is long already is not copied. */
function joinShort(events: Buffer[]): Buffer[] {
  const pieces: Buffer[] = []
  let short: Buffer[] = []
  let bytes = 0

  function flush(): void {
    if (bytes > 0) pieces.push(Buffer.concat(short, bytes))
    short = []
    bytes = 0
  }

  for (const event of events) {
    if (event.length >= PIECE_BYTES) {
      flush()
      pieces.push(event)
      continue
    }
    short.push(event)
    bytes += event.length
    if (bytes >= PIECE_BYTES) flush()
  }
  flush()
  return pieces
}

function encode({ entries, next }: FeedPage, filter: MessageFilter, waiting: Budget): EncodedPage {
  const wanted = entries.filter(({ about }) => isWanted(filter, about))
  const events = wanted.map(encodeEvent)
  if (wanted.at(-1) !== entries.at(-1)) events.push(encodePlace(next))
  const pieces = joinShort(events)
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0)
  return { pieces, held: createSharedBytes(waiting, bytes) }
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
   * Pages of the feed as Server-Sent Events: `id:` is the cursor, `data:` the message. A comment before a whole one has
   * what else the feed says of it (`feedPlaceSchema` of the model); who reads only events loses nothing.
   */
  toEvents(pages: AsyncIterable<FeedPage>, filter: MessageFilter): AsyncGenerator<StreamPiece>
}

const toPiece = (text: string): StreamPiece => ({ bytes: Buffer.from(text) })

/** @param waiting counts what is held for streams that are not read */
export function createEventStreams(waiting: Budget): EventStreams {
  const encoded = new WeakMap<FeedPage, Map<string, EncodedPage>>()

  function encodeOnce(page: FeedPage, filter: MessageFilter, key: string): EncodedPage {
    const byFilter = encoded.get(page) ?? new Map<string, EncodedPage>()
    encoded.set(page, byFilter)
    const known = byFilter.get(key) ?? encode(page, filter, waiting)
    if (byFilter.size < MAX_SHARED_FILTERS) byFilter.set(key, known)
    return known
  }

  return {
    async *toEvents(pages, filter) {
      const key = JSON.stringify(filter)
      yield toPiece(PREAMBLE)
      const iterator = pages[Symbol.asyncIterator]()
      for (let next = iterator.next(); ; ) {
        const result = await within(next, HEARTBEAT_MS)
        if (result === undefined) {
          yield toPiece(HEARTBEAT)
          continue
        }
        if (result.done) return
        const { pieces, held } = encodeOnce(result.value, filter, key)
        for (const bytes of pieces) yield { bytes, held }
        next = iterator.next()
      }
    },
  }
}
