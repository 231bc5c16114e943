import type { EprError, FeedEntry } from '@epr/model'
import { API_PREFIX } from '../http/rest.js'
import type { CallOptions, ReadOptions } from '../options.js'

/** Which messages are read. */
export interface FeedOptions {
  /** Behind a cursor, from a moment on (RFC 3339), or `latest` for only what comes from now on. @default the oldest kept */
  after?: string | undefined
  /** Only messages of this type: a receiver's, a group's, or one of `MESSAGE_TYPES`. */
  type?: string | undefined
}

/** Which page of the feed is read. */
export interface ListOptions extends FeedOptions, ReadOptions {
  /** How many messages at most; the server may give fewer. 1 to 1000. @default 100 */
  limit?: number | undefined
}

/** Which messages one connection brings. `timeoutMs` is for connecting only. */
export interface FeedConnectionOptions extends FeedOptions, CallOptions {}

/**
 * Which messages are followed. Cuts are healed by the stream itself, for as long as it takes: `timeoutMs` is for connecting,
 * at first and after each cut. The signal ends it quietly.
 */
export interface StreamOptions extends FeedOptions, ReadOptions {
  /** Called each time that a connection stands. */
  onConnect?: (() => void) | undefined
  /**
   * Called when a connection is over, or another one was not to be had, and the stream tries again: with why, or without an
   * error when the server has ended it, as it does when it stops.
   */
  onCut?: ((error: EprError | undefined) => void) | undefined
}

/** A part of the feed, in its order. */
export interface FeedPage {
  entries: FeedEntry[]
  /** What to pass as `after` next, also when there are no entries. */
  next: string
}

/** The path of the feed with its query, below the server's URL. */
export function toFeedPath(query: Readonly<Record<string, string | number | undefined>>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value))
  return params.size === 0 ? `${API_PREFIX}/messages` : `${API_PREFIX}/messages?${params}`
}
