import type { MessageKind } from '@epr/model'
import { matchesPattern } from '../access/pattern.js'
import type { MessageFilter } from '../storage/messages.js'

export type { MessageFilter }

/** What a message can be chosen by. */
export interface MessageAbout {
  kind: MessageKind
  type: string
  receiver: string | null
  group: string | null
  success: boolean
  name: string
}

/** Whether a message is wanted: the same as the statement says that looks for messages. */
export function isWanted({ name, ...exact }: MessageFilter, about: MessageAbout): boolean {
  if (name !== undefined && !matchesPattern(name, about.name)) return false
  return Object.entries(exact).every(
    ([field, wanted]) => wanted === undefined || about[field as keyof MessageAbout] === wanted,
  )
}
