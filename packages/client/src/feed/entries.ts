import { type FeedComment, type FeedPlace, feedCommentSchema, HTTP_STATUS } from '@epr/model'
import { createParser } from 'eventsource-parser'
import type { ApiError } from '../errors.js'
import { toResponseError } from '../http/answer.js'
import { toApiError } from '../http/api-error.js'
import type { HttpAnswer } from '../http/http.js'
import type { Redact } from '../http/secrets.js'

/** A message as the stream has it: its text is not looked at yet. */
export interface RawEntry extends Pick<FeedPlace, 'cursor' | 'ce_id' | 'gate' | 'actor'> {
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
  /** Why the server ends the stream behind the entries, when it has said so: GONE, where messages were removed unread. */
  failure(): ApiError | undefined
  /** How long the server asks to wait before one comes back, in milliseconds. */
  retryMs(): number
}

/** A message of the largest body that a server takes by default is 16 MiB; with this no stranger fills the memory. */
const MAX_MESSAGE_CHARS = 256 * 1024 * 1024

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Heartbeats are comments too. */
const toComment = (comment: string): FeedComment | undefined =>
  comment.startsWith('{') ? feedCommentSchema.safeParse(tryParse(comment)).data : undefined

/** What a page would have been answered with: a stream's own status has been sent long ago. */
function toStreamError(answer: HttpAnswer, text: string, redact: Redact): ApiError {
  const json = tryParse(text)
  const { code } = toApiError(answer, json, redact)
  return toApiError({ ...answer, status: HTTP_STATUS[code] }, json, redact)
}

export function createEntryReader(answer: HttpAnswer, redact: Redact): EntryReader {
  let entries: RawEntry[] = []
  let place: FeedPlace | undefined
  let passed: string | undefined
  let retryMs = 0
  let failure: ApiError | undefined

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
    onEvent({ event, id, data }) {
      if (event === 'error') {
        failure = toStreamError(answer, data, redact)
        return
      }
      if (id === undefined) throw toResponseError(answer, 'a message of the stream has no cursor')
      const known = place?.cursor === id ? place : undefined
      const { time, ce_id, gate, actor } = known ?? ({} as Partial<FeedPlace>)
      entries.push({ cursor: id, time, ce_id, gate, actor, text: data })
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
    failure: () => failure,
    read(piece) {
      parser.feed(piece)
      const complete = entries
      entries = []
      return complete
    },
  }
}
