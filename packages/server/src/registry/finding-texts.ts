import { type Finding, type Operations, type ReceiverUsage, toSpan, type WatcherState } from '@epr/model'
import type { StuckRow, UsageRow } from '../storage/usage.js'
import { counted, explainStuck } from './stuck-gates.js'
import { warningsOf } from './usage.js'

const MAX_LAG_S = 60
/** Messages, of which some hundred are written in each of the leader's turns. */
const MAX_LAG = 10_000

/** Gates that nobody can pass. */
export function ofStuck(rows: readonly StuckRow[], days: number): Finding[] {
  const now = Date.now()
  return rows.map((row) => ({
    kind: 'gate_stuck',
    severity: 'problem',
    subject: { kind: 'group', id: row.group_id, name: row.group_name },
    message: explainStuck(row, days, now),
    advice:
      row.refused > 0
        ? `see what it refuses: epr-cli receiver refusals --id ${row.event_receiver_id}`
        : `is it still sent? If not, create a group without it, and disable this one: epr-cli group modify --id ${row.group_id} --disable`,
  }))
}

type Said = Pick<Finding, 'kind' | 'severity' | 'message' | 'advice'>

const calledOf = ({ name, version }: UsageRow) => `${name}@${version}`

/** What is said of a receiver's warnings; of those that are not here, nothing. */
const OF_RECEIVER: Partial<Record<ReceiverUsage['warnings'][number], (row: UsageRow, days: number) => Said>> =
  {
    unused: (row, days) => ({
      kind: 'receiver_unused',
      severity: 'hint',
      message: `nobody uses ${calledOf(row)}: it has ${row.last_event_at === null ? 'never had an event' : `had no event for ${days} days`}`,
      advice: 'it costs nothing. Whoever looks for its events may have another version in mind',
    }),
    refusing: (row, days) => ({
      kind: 'receiver_refusing',
      severity: 'problem',
      message: `${calledOf(row)} refuses more than it takes: ${counted(row.refused, 'payload')} refused, ${counted(row.events, 'event')} recorded in ${days} days`,
      advice: `see where payloads break its schema: epr-cli receiver refusals --id ${row.event_receiver_id}`,
    }),
    failing: (row, days) => ({
      kind: 'receiver_failing',
      severity: 'hint',
      message: `nothing succeeds at ${calledOf(row)}: ${counted(row.events, 'event')} in ${days} days, each a failure`,
      advice: `see the last one: epr-cli event get --id ${row.last_event_id}`,
    }),
  }

/** What a receiver's numbers say. */
export function ofReceiver(row: UsageRow, days: number): Finding[] {
  const subject = { kind: 'receiver' as const, id: row.event_receiver_id, name: row.name }
  return warningsOf(row).flatMap((warning) => {
    const said = OF_RECEIVER[warning]?.(row, days)
    return said ? [{ ...said, subject }] : []
  })
}

/** What a watcher's heartbeat says, or its silence. */
export function ofWatcher({
  name,
  instance,
  silent_since,
  dead_lettered,
  dead_letters,
}: WatcherState): Finding[] {
  const subject = { kind: 'watcher' as const, id: `${name}/${instance}`, name }
  const [last] = dead_letters
  return [
    ...(silent_since === null
      ? []
      : [
          {
            kind: 'watcher_silent' as const,
            severity: 'problem' as const,
            subject,
            message: `the watcher ${name} at ${instance} is silent since ${silent_since}`,
            advice: 'see whether it still runs; one that was taken down on purpose is forgotten after a week',
          },
        ]),
    ...(dead_lettered === 0
      ? []
      : [
          {
            kind: 'watcher_dead_letters' as const,
            severity: 'problem' as const,
            subject,
            message: `the watcher ${name} at ${instance} has put ${counted(dead_lettered, 'message')} aside${last ? `, the last for: ${last.error}` : ''}`,
            advice: 'see them where it runs: epr-cli dead-letter list',
          },
        ]),
  ]
}

/** What is behind. */
export function ofOperations({ relay, feed, projections }: Operations): Finding[] {
  const of = (kind: Finding['kind'], message: string, advice: string): Finding => ({
    kind,
    severity: 'problem',
    subject: { kind: 'server', id: 'server', name: 'server' },
    message,
    advice,
  })
  const behind = projections.filter(({ lag }) => lag > MAX_LAG)
  return [
    ...(relay && relay.oldest_waits_s > MAX_LAG_S
      ? [
          of(
            'relay_behind',
            `publishing is behind: ${counted(relay.lag, 'message')} ${relay.lag === 1 ? 'waits' : 'wait'} for ${relay.topic}, the oldest for ${toSpan(relay.oldest_waits_s * 1_000)}${relay.last_error ? `; last it failed with: ${relay.last_error.message}` : ''}`,
            'see whether the brokers answer: epr-cli operations; nothing is lost, it goes on by itself',
          ),
        ]
      : []),
    ...(feed.unnumbered >= MAX_LAG
      ? [
          of(
            'feed_behind',
            `the feed is behind: ${feed.unnumbered} messages have no place in it yet`,
            'see whether a server leads: epr-cli operations',
          ),
        ]
      : []),
    ...behind.map(({ name, lag }) =>
      of(
        'answers_behind',
        `${name} are ${lag} messages behind the feed`,
        'they catch up by themselves, when less is recorded: epr-cli operations',
      ),
    ),
  ]
}
