import type { FeedEntry } from '@epr/client'
import { NVRPP_FIELDS } from '@epr/model'
import type { Command } from 'commander'
import type { Context, Perform } from '../../settings/context.js'
import { nvrppFlags, type Request, text, yesNo } from '../../settings/flags.js'
import { toShownUrl } from '../../settings/shown-url.js'
import { createFeedNotice } from './feed-notice.js'
import { toLine } from './message-line.js'

const FLAGS = {
  type: text('--type <text>', "type of the messages: an event receiver's or a group's"),
  after: text('--after <cursor>', 'begin behind this cursor, or at a moment (RFC 3339), and not now'),
  success: yesNo('--success', 'only of what went well, or did not'),
  ...nvrppFlags('the artifact'),
}

const FILTERED = ['success', ...NVRPP_FIELDS] as const

type Message = FeedEntry['message']

function toFilter(wanted: { [Field in (typeof FILTERED)[number]]?: Message[Field] | undefined }) {
  const given = FILTERED.filter((field) => wanted[field] !== undefined)
  return (message: Message): boolean => given.every((field) => message[field] === wanted[field])
}

/** Follows the feed until it is stopped, or its reader has gone. */
async function watch(
  context: Context,
  { type, after = 'latest', ...wanted }: Request<typeof FLAGS>,
): Promise<undefined> {
  const { output, settings } = context
  const isWanted = toFilter(wanted)
  if (settings.dryRun) return output.object({ type, after })
  const { messages } = await context.connect('ask')
  const stop = new AbortController()
  // `kill` of npx's process leaves this one, which nobody sees any more.
  const { watchNpm } = await import('@epr/model/node')
  watchNpm(context.env, () => stop.abort())
  const notice = createFeedNotice(context.stderr, toShownUrl(settings.url))
  try {
    for await (const entry of messages.stream({ after, type, exact: true, signal: stop.signal, ...notice })) {
      if (output.isClosed()) return
      if (!isWanted(entry.message)) continue
      if (output.format === 'table') output.line(toLine(entry, output.style))
      else await output.object(entry)
    }
  } finally {
    notice.end()
  }
}

export function defineWatch(command: Command, perform: Perform): void {
  perform(
    command,
    FLAGS,
    ['watch --type epr.foo.cli -o ndjson', 'watch --after 2026-11-01T00:00:00Z --success=true -o ndjson'],
    watch,
  )
}
