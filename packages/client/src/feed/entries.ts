import { messageSchema } from '@epr/model'
import { createParser } from 'eventsource-parser'
import { parseAnswer, toResponseError } from '../http/answer.js'
import { parseExactJson } from '../http/exact-json.js'
import type { HttpAnswer } from '../http/http.js'
import { commentSchema, type FeedEntry, type Head, type Passed } from './feed-entry.js'

/** Reads the text of a stream, piece by piece. */
export interface EntryReader {
  /** Gives the entries that a piece completes. @throws ResponseError for what is no message */
  read(piece: string): FeedEntry[]
  /** The last cursor that the stream went past without a message of the asked type; what it said last counts. */
  passed(): string | undefined
  /** How long the server asks to wait before one comes back, in milliseconds. */
  retryMs(): number
}

/** A message of the largest body that a server takes by default is 16 MiB; with this no stranger fills the memory. */
const MAX_MESSAGE_CHARS = 256 * 1024 * 1024

/** What stands in the comment before each message, or says what was passed over; heartbeats are comments too. */
function toComment(comment: string): Head | Passed | undefined {
  if (!comment.startsWith('{')) return undefined
  try {
    return commentSchema.safeParse(JSON.parse(comment)).data
  } catch {
    return undefined
  }
}

export function createEntryReader(answer: HttpAnswer, exact: boolean): EntryReader {
  let entries: FeedEntry[] = []
  let head: Head | undefined
  let passed: string | undefined
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
      const said = toComment(comment)
      if (said && 'time' in said) head = said
      else passed = said?.cursor ?? passed
    },
    onRetry(ms) {
      retryMs = ms
    },
    onEvent({ id, data }) {
      if (!head || head.cursor !== id)
        throw toResponseError(answer, 'a message of the stream has no cursor and time')
      entries.push({ ...head, message: parseAnswer(messageSchema, toMessage(data), answer) })
      head = undefined
      passed = undefined
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') throw toResponseError(answer, error.message)
    },
  })

  return {
    passed: () => passed,
    retryMs: () => retryMs,
    read(piece) {
      parser.feed(piece)
      const complete = entries
      entries = []
      return complete
    },
  }
}
