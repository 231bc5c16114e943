import { type FeedComment, type FeedPlace, feedCommentSchema } from '@epr/model'
import { createParser } from 'eventsource-parser'
import { toResponseError } from '../http/answer.js'
import type { HttpAnswer } from '../http/http.js'

/** A message as the stream has it: its text is not looked at yet. */
export interface RawEntry extends Pick<FeedPlace, 'cursor' | 'ce_id' | 'gate'> {
  /** When it was published, RFC 3339. Undefined, as `ce_id`, where a proxy has taken the comments out. */
  time: string | undefined
  text: string
}

/** Reads the text of a stream, piece by piece. */
export interface EntryReader {
  /** Gives the entries that a piece completes. @throws ResponseError for a message without its cursor */
  read(piece: string): RawEntry[]
  /** The last cursor that the stream went past without a message of the asked type; what it said last counts. */
  passed(): string | undefined
  /** How long the server asks to wait before one comes back, in milliseconds. */
  retryMs(): number
}

/** A message of the largest body that a server takes by default is 16 MiB; with this no stranger fills the memory. */
const MAX_MESSAGE_CHARS = 256 * 1024 * 1024

/** Heartbeats are comments too. */
function toComment(comment: string): FeedComment | undefined {
  if (!comment.startsWith('{')) return undefined
  try {
    return feedCommentSchema.safeParse(JSON.parse(comment)).data
  } catch {
    return undefined
  }
}

export function createEntryReader(answer: HttpAnswer): EntryReader {
  let entries: RawEntry[] = []
  let place: FeedPlace | undefined
  let passed: string | undefined
  let retryMs = 0

  const parser = createParser({
    maxBufferSize: MAX_MESSAGE_CHARS,
    onComment(text) {
      const comment = toComment(text)
      if (comment && 'time' in comment) place = comment
      else passed = comment?.cursor ?? passed
    },
    onRetry(ms) {
      retryMs = ms
    },
    onEvent({ id, data }) {
      if (id === undefined) throw toResponseError(answer, 'a message of the stream has no cursor')
      const known = place?.cursor === id ? place : undefined
      entries.push({ cursor: id, time: known?.time, ce_id: known?.ce_id, gate: known?.gate, text: data })
      place = undefined
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
