import { EprError, type FeedPlace, type FeedView } from '@epr/model'
import { LRUCache } from 'lru-cache'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import type { Database } from '../storage/database.js'
import type { Definitions } from '../storage/definition-cache.js'
import {
  type MessageFilter,
  type MessagePage,
  type StoredMessage,
  type StoredSummary,
  selectCursorBefore,
  selectCursorOfTail,
  selectFeedEnds,
  selectMessages,
  selectSummaries,
} from '../storage/messages.js'
import { createTurns } from '../turns.js'
import type { MessageAbout } from './matching.js'
import { type OutgoingMessage, toOutgoingMessage } from './outgoing-message.js'
import { createSignal } from './signal.js'
import { toSummary } from './summary.js'

/** One message at its place in the feed. */
export interface FeedEntry {
  cursor: string
  about: MessageAbout
  /** What stands beside the message, a {@link FeedPlace} as JSON text; undefined in a summary, which has it. */
  head: string | undefined
  /** The message, or its summary, as JSON text. */
  message: string
}

export interface FeedPage {
  entries: FeedEntry[]
  /** What to pass as `after` next, also when there are no entries. */
  next: string
}

/** Where reading starts: behind a cursor, at the newest or some before it, at a moment (RFC 3339), or at the oldest kept. */
export type FeedStart = { cursor: string } | { moment: string } | { tail: number } | 'latest' | 'oldest'

/** A place to read from. */
export interface FeedBeginning {
  after: string
  /** Whoever begins there has named no cursor of their own: what is removed meanwhile is no gap. */
  isOpen: boolean
}

/** Which messages a page has, and how much of each. */
interface Which extends MessageFilter {
  view: FeedView
  limit: number
}

export interface Feed {
  /**
   * Where whoever calls begins to read: every way to the feed from outside begins here.
   *
   * @throws EprError GONE when messages behind the cursor have been removed; names the oldest cursor
   */
  resolveStart(start: FeedStart, call: Call): Promise<FeedBeginning>
  /** @throws EprError GONE when messages behind the beginning have been removed unread */
  read(beginning: FeedBeginning, which: Which): Promise<FeedPage>
  /**
   * Pages from a beginning on, for ever: waits when there is nothing new. Ends when `abort` is aborted.
   *
   * @throws EprError GONE when messages behind the last page have been removed before this reader came to them
   */
  follow(beginning: FeedBeginning, view: FeedView, abort: AbortSignal): AsyncIterable<FeedPage>
  /** Tells that messages have got their cursors. */
  messagesSequenced(): void
}

/** Followers get shorter ones: whoever stops reading holds one. */
const FOLLOW_LIMIT = 500
const MAX_FOLLOWED_CHARS = 1024 * 1024
/** How many pages are read for followers at once. */
const FOLLOWED_AT_ONCE = 4
/** Pages that followers share: those at the end of the feed all ask for the same one. */
const MAX_SHARED_CHARS = 16 * 1024 * 1024

/** @throws EprError GONE */
function assertKept(cursor: string, removed: string): void {
  if (BigInt(cursor) >= BigInt(removed)) return
  throw new EprError(
    'GONE',
    `messages behind cursor ${cursor} are no longer kept: the oldest cursor is ${removed}`,
  )
}

function toEntry(stored: StoredMessage, sent: OutgoingMessage): FeedEntry {
  const { cursor, time, ceId, gate, actor, json, nvrpp } = sent
  const place: FeedPlace = { cursor, time, ce_id: ceId, gate, actor }
  const { kind, type, event_receiver_id: receiver, group_id: group, success } = stored
  const about = { kind, type, receiver, group, success: success ?? true, name: nvrpp.name }
  return { cursor, about, head: JSON.stringify(place), message: json }
}

function toSummaryEntry(stored: StoredSummary): FeedEntry {
  const summary = toSummary(stored)
  const { cursor, kind, type, event_receiver_id: receiver, group_id: group, success, name } = summary
  const about = { kind, type, receiver, group, success, name }
  return { cursor, about, head: undefined, message: JSON.stringify(summary) }
}

/** @param maxPageChars a page ends early once its messages reach this many characters */
export function createFeed(database: Database, definitions: Definitions, maxPageChars: number): Feed {
  const sequenced = createSignal()
  const turns = createTurns(() => FOLLOWED_AT_ONCE)

  async function readWhole({ messages, next }: MessagePage, maxChars: number): Promise<FeedPage> {
    const entries: FeedEntry[] = []
    let chars = 0
    for (const stored of messages) {
      const entry = toEntry(stored, await toOutgoingMessage(stored, definitions))
      chars += entry.message.length
      if (entries.length > 0 && chars > maxChars) return { entries, next: entries.at(-1)?.cursor ?? next }
      entries.push(entry)
    }
    return { entries, next }
  }

  async function read(
    { after, isOpen }: FeedBeginning,
    { view, ...which }: Which,
    maxChars = maxPageChars,
  ): Promise<FeedPage> {
    const span = { ...which, after, maxBytes: maxChars }
    if (view === 'summary') {
      const { messages, next, removed } = await selectSummaries(database, span)
      if (!isOpen) assertKept(after, removed)
      return { entries: messages.map(toSummaryEntry), next }
    }
    const page = await selectMessages(database, span)
    if (!isOpen) assertKept(after, page.removed)
    return readWhole(page, maxChars)
  }

  // A page that has entries stays right for ever: messages behind it only make the next one. The key holds the
  // version of the feed that its reader has seen, so that nobody is given a look from before a change. The pages of
  // both views share one bound.
  const toKey = (seen: number, { after, isOpen }: FeedBeginning, view: FeedView) =>
    `${seen}${view === 'summary' ? '-' : '+'}${isOpen ? '~' : '@'}${after}`
  const shared = new LRUCache<string, FeedPage>({
    maxSize: MAX_SHARED_CHARS,
    sizeCalculation: ({ entries }) => entries.reduce((sum, entry) => sum + entry.message.length, 1),
    fetchMethod: async (key) => {
      const [, extent, mark, after = ''] = /([-+])([@~])(.*)/.exec(key) ?? []
      const beginning = { after, isOpen: mark === '~' }
      const which = { view: extent === '-' ? 'summary' : 'full', limit: FOLLOW_LIMIT } as const
      const page = await turns.run(() => read(beginning, which, MAX_FOLLOWED_CHARS))
      return page.entries.length > 0 ? page : undefined
    },
  })

  async function resolveStart(start: FeedStart, { principal }: Call): Promise<FeedBeginning> {
    assertMay(principal, { verb: 'read' })
    if (typeof start === 'object' && 'moment' in start)
      return { after: await selectCursorBefore(database, start.moment), isOpen: true }
    if (typeof start === 'object' && 'tail' in start)
      return { after: await selectCursorOfTail(database, start.tail), isOpen: true }
    const { removed, latest } = await selectFeedEnds(database)
    if (start === 'oldest') return { after: removed, isOpen: true }
    if (start === 'latest') return { after: latest, isOpen: false }
    assertKept(start.cursor, removed)
    return { after: start.cursor, isOpen: false }
  }

  return {
    resolveStart,
    read,
    messagesSequenced: () => sequenced.raise(),
    async *follow(beginning, view, abort) {
      let place = beginning
      while (!abort.aborted) {
        const seen = sequenced.version
        const page = await shared.fetch(toKey(seen, place, view))
        if (page) {
          place = { after: page.next, isOpen: false }
          yield page
        } else {
          await sequenced.changedSince(seen, abort)
        }
      }
    },
  }
}
