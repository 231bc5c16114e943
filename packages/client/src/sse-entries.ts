import { messageSchema } from '@epr/model'
import { createParser } from 'eventsource-parser'
import { parseAnswer, toResponseError } from './answer.js'
import { parseExactJson } from './exact-json.js'
import { type FeedEntry, type Head, headSchema } from './feed-entry.js'
import type { HttpAnswer } from './http.js'

/** Reads the text of a stream, piece by piece. */
export interface EntryReader {
  /** Gives the entries that a piece completes. @throws ResponseError for what is no message */
  read(piece: string): FeedEntry[]
  /** How long the server asks to wait before one comes back, in milliseconds. */
  retryMs(): number
}

/** A message of the largest body that a server takes by default is 16 MiB; with this no stranger fills the memory. */
const MAX_MESSAGE_CHARS = 256 * 1024 * 1024

/** What stands in the comment before each message; heartbeats are comments too. */
function toHead(comment: string): Head | undefined {
  if (!comment.startsWith('{')) return undefined
  try {
    return headSchema.safeParse(JSON.parse(comment)).data
  } catch {
    return undefined
  }
}

export function createEntryReader(answer: HttpAnswer, exact: boolean): EntryReader {
  let entries: FeedEntry[] = []
  let head: Head | undefined
  let retryMs = 0

  function toMessage(text: string): unknown {
    try {
      return exact ? parseExactJson(text) : JSON.parse(text)
    } catch {
      throw toResponseError(answer, 'a message of the stream is no JSON')
    }
  }

  const parser = createParser({
    maxBufferSize: MAX_MESSAGE_CHARS,
    onComment(comment) {
      head = toHead(comment) ?? head
    },
    onRetry(ms) {
      retryMs = ms
    },
    onEvent({ id, data }) {
      if (!head || head.cursor !== id)
        throw toResponseError(answer, 'a message of the stream has no cursor and time')
      entries.push({ ...head, message: parseAnswer(messageSchema, toMessage(data), answer) })
      head = undefined
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') throw toResponseError(answer, error.message)
    },
  })

  return {
    retryMs: () => retryMs,
    read(piece) {
      parser.feed(piece)
      const complete = entries
      entries = []
      return complete
    },
  }
}
