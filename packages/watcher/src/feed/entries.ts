import { EprError } from '@epr/model'
import { createParser } from 'eventsource-parser'
import * as z from 'zod'

/** A message as the feed sends it, not yet looked at. */
export interface RawEntry {
  cursor: string
  time: string
  /** Absent when a proxy has taken the comments out. */
  ceId?: string | undefined
  text: string
}

/** What stands in the comment before each message; heartbeats are comments too. */
const headSchema = z.object({ cursor: z.string(), time: z.string(), ce_id: z.string().optional() })
type Head = z.infer<typeof headSchema>

/** With this no stranger fills the memory; a message of the largest body that a server takes is far below. */
const MAX_MESSAGE_CHARS = 256 * 1024 * 1024

function toHead(comment: string): Head | undefined {
  if (!comment.startsWith('{')) return undefined
  try {
    return headSchema.safeParse(JSON.parse(comment)).data
  } catch {
    return undefined
  }
}

/** Reads the text of a stream of Server-Sent Events piece by piece. @returns the entries that a piece completes */
export function createEntryReader(): (piece: string) => RawEntry[] {
  let entries: RawEntry[] = []
  let head: Head | undefined
  const parser = createParser({
    maxBufferSize: MAX_MESSAGE_CHARS,
    onComment(comment) {
      head = toHead(comment) ?? head
    },
    onEvent({ id, data }) {
      if (id === undefined) throw new EprError('UNAVAILABLE', 'a message of the stream has no cursor')
      const known = head?.cursor === id ? head : undefined
      entries.push({ cursor: id, time: known?.time ?? '', ceId: known?.ce_id, text: data })
      head = undefined
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') throw new EprError('UNAVAILABLE', error.message)
    },
  })
  return (piece) => {
    parser.feed(piece)
    const complete = entries
    entries = []
    return complete
  }
}
