import type { FeedEntry } from '@epr/client'
import type { Command } from 'commander'
import { type Context, type Flags, type Perform, textFlag, toFlagKey } from '../settings/context.js'
import { addNvrppFlags, flag } from '../settings/flags.js'

const FILTERED = ['success', 'name', 'version', 'release', 'platform_id', 'package'] as const

type Message = FeedEntry['message']

function toFilter(flags: Flags): (message: Message) => boolean {
  const wanted = FILTERED.map((field) => ({ field, value: flags[toFlagKey(field)] })).filter(
    ({ value }) => value !== undefined,
  )
  return (message) => wanted.every(({ field, value }) => message[field] === value)
}

/** A line for people: when, how it went, what, of which artifact. */
async function toLine({ output }: Context, { time, message }: FeedEntry): Promise<string> {
  const { toPlainLine } = await import('../exit/plain-line.js')
  const { style } = output
  const { name, version, release, platform_id } = message
  const mark = message.success ? style.green('✓') : style.red('✗')
  const clock = style.dim(new Date(time).toLocaleTimeString('en-GB'))
  const artifact = [name, version, release, platform_id, message.package].map(toPlainLine).join(' ')
  return `${clock} ${mark} ${style.bold(toPlainLine(message.type))} ${artifact} ${style.dim(toPlainLine(message.id))}`
}

/** Follows the feed until it is stopped, or its reader has gone. */
async function watch(context: Context, flags: Flags): Promise<undefined> {
  const { output, settings } = context
  const isWanted = toFilter(flags)
  const type = textFlag(flags, 'type')
  const after = textFlag(flags, 'after') ?? 'latest'
  if (settings.dryRun) return output.object({ type, after })
  const { messages } = await context.connect()
  for await (const entry of messages.stream({ after, type, exact: true })) {
    if (output.isClosed()) return
    if (!isWanted(entry.message)) continue
    if (output.format === 'table') output.line(await toLine(context, entry))
    else await output.object(entry)
  }
}

export function defineWatch(command: Command, perform: Perform): void {
  addNvrppFlags(
    command
      .option('--type <text>', "type of the messages: an event receiver's or a group's")
      .option('--after <cursor>', 'begin behind this cursor, or at a moment (RFC 3339), and not now')
      .addOption(flag('--success', 'only of what went well, or did not')),
    'the artifact',
  )
  perform(command, 'watch --type epr.foo.cli -o ndjson', watch)
}
