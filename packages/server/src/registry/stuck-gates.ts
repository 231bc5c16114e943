import { toSpan } from '@epr/model'
import { MAX_WAITING, type StuckRow } from '../storage/usage.js'

/** For so long a receiver of a gate may be without a success before somebody is asked. */
export const STUCK_DAYS = 30

/** `1 event`, `2 events`. */
export const counted = (count: number, singular: string) => `${count} ${singular}${count === 1 ? '' : 's'}`

/** What a receiver without a success did in place of it. */
function reasonOf({ events, refused, last_event_at }: StuckRow, days: number, nowMs: number): string {
  const refusals = refused > 0 ? ` and has refused ${counted(refused, 'payload')}` : ''
  if (events > 0)
    return `has had ${counted(events, 'event')} in ${days} days, none of them a success${refusals}`
  if (last_event_at === null) return `has never had an event${refusals}`
  return `has had no event for ${toSpan(nowMs - Date.parse(last_event_at))}${refusals}`
}

/** `nobody can pass release@1.0.0: sign@1.0.0 has had no event for 31d, and 29 artifacts wait`. */
export function explainStuck(row: StuckRow, days: number, nowMs: number): string {
  const { waiting } = row
  const artifacts =
    waiting > MAX_WAITING
      ? `more than ${MAX_WAITING} artifacts wait`
      : `${counted(waiting, 'artifact')} wait${waiting === 1 ? 's' : ''}`
  const reason = reasonOf(row, days, nowMs)
  return `nobody can pass ${row.group_name}@${row.group_version}: ${row.name}@${row.version} ${reason}, and ${artifacts}`
}
