import type { FeedEntry, MessageSummary } from '@epr/client'
import { MESSAGE_TYPES, type Nvrpp, toPlainLine } from '@epr/model'
import type { Style } from '../../output/table.js'

const toArtifact = ({ name, version, release, platform_id, package: packaging }: Nvrpp): string =>
  [name, version, release, platform_id, packaging].map(toPlainLine).join(' ')

/** What a message says, in a mark and some words: an event, a gate that is open, or something new. */
function toWords({ message, gate }: FeedEntry, style: Style): readonly string[] {
  const { type, success, data } = message
  const [event] = data.events
  const [receiver] = data.event_receivers
  const [group] = data.event_receiver_groups
  const named = ({ name, version }: { name: string; version: string }) =>
    style.bold(toPlainLine(`${name}@${version}`))
  if (type === MESSAGE_TYPES.receiverCreated && receiver)
    return [style.dim('+'), 'event receiver', named(receiver), 'created']
  if (group && (type === MESSAGE_TYPES.groupCreated || type === MESSAGE_TYPES.groupModified)) {
    const what = type === MESSAGE_TYPES.groupCreated ? 'created' : 'changed'
    return [style.dim('+'), 'group', named(group), `${what}: ${group.enabled ? 'enabled' : 'disabled'}`]
  }
  if (group) {
    const state = gate === 'repeated' ? style.dim('open still') : style.green(gate ?? 'open')
    return [style.green('▶'), 'gate', named(group), state, 'for', toArtifact(message)]
  }
  const by = receiver ? named(receiver) : style.bold(toPlainLine(type))
  const mark = success ? style.green('✓') : style.red('✗')
  return [mark, by, toArtifact(message), ...(event ? [style.dim(toPlainLine(event.description))] : [])]
}

/** A line for people: when, what has happened to which artifact, and the id to look it up by. */
export function toLine(entry: FeedEntry, style: Style): string {
  const { time, message } = entry
  const clock = style.dim(new Date(time).toLocaleTimeString('en-GB'))
  return [clock, ...toWords(entry, style), style.dim(toPlainLine(message.id))].join(' ')
}

/** What a summary says: it has the name of what is new, and the type of the receiver or the gate of everything else. */
function toSummaryWords(summary: MessageSummary, style: Style): readonly string[] {
  const { kind, type, name, version, success, gate } = summary
  const named = style.bold(toPlainLine(`${name}@${version}`))
  switch (kind) {
    case 'receiver':
      return [style.dim('+'), 'event receiver', named, 'created']
    case 'group':
      return [style.dim('+'), 'group', named, 'created']
    case 'modified':
      return [style.dim('+'), 'group', named, 'changed']
    case 'complete': {
      const state = gate === 'repeated' ? style.dim('open still') : style.green(gate ?? 'open')
      return [style.green('▶'), 'gate', style.bold(toPlainLine(type)), state, 'for', toArtifact(summary)]
    }
    case 'event':
      return [
        success ? style.green('✓') : style.red('✗'),
        style.bold(toPlainLine(type)),
        toArtifact(summary),
        style.dim(`${summary.payload_bytes ?? 0} B`),
      ]
  }
}

/** The same line of what a summary has. */
export function toSummaryLine(summary: MessageSummary, style: Style): string {
  const clock = style.dim(new Date(summary.time).toLocaleTimeString('en-GB'))
  return [clock, ...toSummaryWords(summary, style), style.dim(toPlainLine(summary.id))].join(' ')
}
