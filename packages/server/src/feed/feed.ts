import { EprError, type FeedPlace } from '@epr/model'
import { LRUCache } from 'lru-cache'
import type { Call } from '../call.js'
import type { Database } from '../storage/database.js'
import type { Definitions } from '../storage/definition-cache.js'
import { type MessageSpan, selectCursorBefore, selectFeedEnds, selectMessages } from '../storage/messages.js'
import { type OutgoingMessage, toOutgoingMessage } from './outgoing-message.js'
import { createSignal } from './signal.js'

/** One message at its place in the feed. */
export interface FeedEntry {
  cursor: string
  type: string
  /** What stands beside the message, a {@link FeedPlace} as JSON text. */
  head: string
  /** The message as JSON text. */
  message: string
}

export interface FeedPage {
  entries: FeedEntry[]
  /** What to pass as `after` next, also when there are no entries. */
  next: string
}

/** Where reading starts: behind a cursor, at the newest, at a moment (RFC 3339), or at the oldest kept. */
export type FeedStart = { cursor: string } | { moment: string } | 'latest' | 'oldest'

export interface Feed {
  /**
   * Where whoever calls begins to read: every way to the feed from outside begins here.
   *
   * @throws EprError GONE when messages behind the cursor have been removed; names the oldest cursor
   */
  resolveStart(start: FeedStart, call: Call): Promise<string>
  read(span: MessageSpan): Promise<FeedPage>
  /** Pages from a cursor on, for ever: waits when there is nothing new. Ends when `abort` is aborted. */
  follow(after: string, abort: AbortSignal): AsyncIterable<FeedPage>
  /** Tells that messages have got their cursors. */
  messagesSequenced(): void
}

/** A page ends early once its messages reach this many characters. */
const MAX_PAGE_CHARS = 8 * 1024 * 1024
const FOLLOW_LIMIT = 500
/** Pages that followers share: those at the end of the feed all ask for the same one. */
const MAX_SHARED_CHARS = 16 * 1024 * 1024

function toEntry({ cursor, time, ceId, gate, type, json }: OutgoingMessage): FeedEntry {
  const place: FeedPlace = { cursor, time, ce_id: ceId, gate }
  return { cursor, type, head: JSON.stringify(place), message: json }
}

export function createFeed(database: Database, definitions: Definitions): Feed {
  const sequenced = createSignal()

  async function read(span: MessageSpan): Promise<FeedPage> {
    const { messages, next } = await selectMessages(database, span)
    const entries: FeedEntry[] = []
    let chars = 0
    for (const stored of messages) {
      const entry = toEntry(await toOutgoingMessage(stored, definitions))
      chars += entry.message.length
      if (entries.length > 0 && chars > MAX_PAGE_CHARS)
        return { entries, next: entries.at(-1)?.cursor ?? next }
      entries.push(entry)
    }
    return { entries, next }
  }

  // A page that has entries stays right for ever: messages behind it only make the next one. The key holds the
  // version of the feed that its reader has seen, so that nobody is given a look from before a change.
  const shared = new LRUCache<string, FeedPage>({
    maxSize: MAX_SHARED_CHARS,
    sizeCalculation: ({ entries }) => entries.reduce((sum, entry) => sum + entry.message.length, 1),
    fetchMethod: async (key) => {
      const page = await read({ after: key.slice(key.indexOf('@') + 1), limit: FOLLOW_LIMIT })
      return page.entries.length > 0 ? page : undefined
    },
  })

  async function resolveStart(start: FeedStart): Promise<string> {
    if (start !== 'latest' && start !== 'oldest' && 'moment' in start)
      return selectCursorBefore(database, start.moment)
    const { removed, latest } = await selectFeedEnds(database)
    if (start === 'oldest') return removed
    if (start === 'latest') return latest
    if (BigInt(start.cursor) >= BigInt(removed)) return start.cursor
    throw new EprError(
      'GONE',
      `messages behind cursor ${start.cursor} are no longer kept: the oldest cursor is ${removed}`,
    )
  }

  return {
    resolveStart,
    read,
    messagesSequenced: () => sequenced.raise(),
    async *follow(start, abort) {
      let after = start
      while (!abort.aborted) {
        const seen = sequenced.version
        const page = await shared.fetch(`${seen}@${after}`)
        if (page) {
          after = page.next
          yield page
        } else {
          await sequenced.changedSince(seen, abort)
        }
      }
    },
  }
}
