import type { Client, FeedEntry, MessageSummary } from '@epr/client'
import { messageKindSchema, NVRPP_FIELDS } from '@epr/model'
import type { Command } from 'commander'
import { UsageError } from '../../exit/usage-error.js'
import type { Context, Perform } from '../../settings/context.js'
import { nvrppFlags, oneOf, type Request, rows, text, toggle, yesNo } from '../../settings/flags.js'
import { toShownUrl } from '../../settings/shown-url.js'
import { createFeedNotice } from './feed-notice.js'
import { toLine, toSummaryLine } from './message-line.js'

const FLAGS = {
  type: text('--type <text>', "type of the messages: an event receiver's or a group's"),
  after: text('--after <cursor>', 'begin behind this cursor, or at a moment (RFC 3339), and not now'),
  tail: rows('--tail <number>', 'begin so many messages before the newest, 1 to 1000'),
  summary: toggle('--summary', 'no payloads and no schemas: some 400 bytes for each message'),
  kind: oneOf('--kind <kind>', 'what the messages say', messageKindSchema.options),
  receiver: text(
    '--receiver <name>',
    'only about this event receiver and its events: id, name or name@version',
  ),
  group: text('--group <name>', 'only about this group: id, name or name@version'),
  success: yesNo('--success', 'only of what went well, or did not'),
  ...nvrppFlags('the artifact'),
}

const FILTERED = ['success', ...NVRPP_FIELDS] as const

type Watched = FeedEntry['message'] | MessageSummary

function toFilter(wanted: { [Field in (typeof FILTERED)[number]]?: Watched[Field] | undefined }) {
  const given = FILTERED.filter((field) => wanted[field] !== undefined)
  return (message: Watched): boolean => given.every((field) => message[field] === wanted[field])
}

const FROM_NOW = 'latest'

/** What the server itself leaves out. */
async function toQuery(
  { receivers, groups }: Pick<Client, 'receivers' | 'groups'>,
  { type, kind, receiver, group, after, tail }: Request<typeof FLAGS>,
) {
  return {
    ...(tail === undefined ? { after: after ?? FROM_NOW } : { tail }),
    type,
    kind,
    receiver: receiver && (await receivers.resolve(receiver)),
    group: group && (await groups.resolve(group)),
  }
}

/** Follows the feed until it is stopped, or its reader has gone. */
async function watch(context: Context, request: Request<typeof FLAGS>): Promise<undefined> {
  const { output, settings } = context
  const { type, after = FROM_NOW, tail, summary, kind, receiver, group, ...wanted } = request
  if (request.after !== undefined && tail !== undefined)
    throw new UsageError('give one of --after and --tail')
  const isWanted = toFilter(wanted)
  if (settings.dryRun) {
    const start = tail === undefined ? { after } : { tail }
    return output.object({ type, ...start, kind, receiver, group, ...(summary && { view: 'summary' }) })
  }
  const client = await context.connect('ask')
  const query = await toQuery(client, request)
  const stop = new AbortController()
  // `kill` of npx's process leaves this one, which nobody sees any more.
  const { watchNpm } = await import('@epr/model/node')
  watchNpm(context.env, () => stop.abort())
  const notice = createFeedNotice(context.stderr, toShownUrl(settings.url))
  const options = { ...query, exact: true, signal: stop.signal, ...notice }

  async function follow<Entry extends object>(
    entries: AsyncIterable<Entry>,
    messageOf: (entry: Entry) => Watched,
    toText: (entry: Entry, style: typeof output.style) => string,
  ): Promise<undefined> {
    for await (const entry of entries) {
      if (output.isClosed()) return
      if (!isWanted(messageOf(entry))) continue
      if (output.format === 'table') output.line(toText(entry, output.style))
      else await output.object(entry)
    }
  }

  try {
    if (summary) {
      const entries = client.messages.stream({ ...options, view: 'summary' })
      return await follow(entries, (entry) => entry, toSummaryLine)
    }
    return await follow(client.messages.stream(options), ({ message }) => message, toLine)
  } finally {
    notice.end()
  }
}

export function defineWatch(command: Command, perform: Perform): void {
  perform(
    command,
    FLAGS,
    [
      'watch --type epr.foo.cli -o ndjson',
      'watch --after 2026-11-01T00:00:00Z --success=true -o ndjson',
      'watch --tail 20 --summary --receiver tests',
    ],
    watch,
  )
}
