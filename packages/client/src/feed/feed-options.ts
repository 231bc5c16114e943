import { EprError, type FeedEntry, type FeedView, type MessageKind, type MessageSummary } from '@epr/model'
import { API_PREFIX } from '../http/rest.js'
import type { CallOptions, ReadOptions } from '../options.js'

/** Which messages are read: those that are so in all that is given. */
export interface MessageFilter {
  /** Only messages of this type: a receiver's, a group's, or one of `MESSAGE_TYPES`. */
  type?: string | undefined
  /** Only messages that say this. */
  kind?: MessageKind | undefined
  /** The id of the receiver of its event, or of the one that the message is about. */
  receiver?: string | undefined
  /** The id of the group that the message is about. */
  group?: string | undefined
  /** How the event went; messages about anything else count as successes. */
  success?: boolean | undefined
  /** Exact; with `*` at the end, what begins so. */
  name?: string | undefined
}

/** Which messages are read, and from where. Our server of the version before knows no other filter than `type`. */
export interface FeedOptions extends MessageFilter {
  /** Behind a cursor, from a moment on (RFC 3339), or `latest` for only what comes from now on. @default the oldest kept */
  after?: string | undefined
}

/** What one entry of a view is: the whole message at its place, or what is short of it. */
export type EntryOf<View extends FeedView> = View extends 'summary' ? MessageSummary : FeedEntry

/** How much of each message is read, and from how far before the end. */
export interface ViewOptions<View extends FeedView> {
  /** `summary` for entries of some 400 bytes without payloads and schemas. @default full */
  view?: View | undefined
  /**
   * Begin so many messages before the newest, in place of `after`; filters may leave fewer of them. 1 to 1000.
   */
  tail?: number | undefined
}

/** Which page of the feed is read. */
export interface ListOptions<View extends FeedView = 'full'>
  extends FeedOptions,
    ViewOptions<View>,
    ReadOptions {
  /** How many messages at most; the server may give fewer. 1 to 1000. @default tail, else 100 */
  limit?: number | undefined
}

/** Which messages one connection brings. `timeoutMs` is for connecting only. */
export interface FeedConnectionOptions extends FeedOptions, CallOptions {}

/**
 * Which messages are followed. Cuts are healed by the stream itself, for as long as it takes: `timeoutMs` is for connecting,
 * at first and after each cut. The signal ends it quietly.
 */
export interface StreamOptions<View extends FeedView = 'full'>
  extends FeedOptions,
    ViewOptions<View>,
    ReadOptions {
  /** Called each time that a connection stands. */
  onConnect?: (() => void) | undefined
  /**
   * Called when a connection is over, or another one was not to be had, and the stream tries again: with why, or without an
   * error when the server has ended it, as it does when it stops.
   */
  onCut?: ((error: EprError | undefined) => void) | undefined
}

/** A part of the feed, in its order. */
export interface FeedPage<View extends FeedView = 'full'> {
  entries: EntryOf<View>[]
  /** What to pass as `after` next, also when there are no entries. */
  next: string
}

type FeedQuery = FeedOptions & ViewOptions<FeedView> & Pick<ListOptions, 'limit'>

/**
 * The path of the feed with its query, below the server's URL.
 *
 * @throws EprError INVALID_ARGUMENT for two beginnings
 */
export function toFeedPath(options: FeedQuery): string {
  const { after, tail, limit, view, type, kind, receiver, group, success, name } = options
  if (after !== undefined && tail !== undefined)
    throw new EprError('INVALID_ARGUMENT', 'after and tail both say where to begin: give one of them')
  // The view that a server of the version before gives too has no name there.
  const query = {
    ...{ after, tail, limit, view: view === 'full' ? undefined : view },
    ...{ type, kind, receiver, group, success, name },
  }
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) params.set(key, String(value))
  return params.size === 0 ? `${API_PREFIX}/messages` : `${API_PREFIX}/messages?${params}`
}
