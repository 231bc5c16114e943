import type { GateStatus, ReceiverStatus } from './gate-status.js'

/** Where an artifact stands at one receiver, and when the event was recorded that says so; null without one. */
export interface Standing {
  state: ReceiverStatus['state']
  since: string | null
}

/**
 * What receivers say together: a failure wins, then what is missing. `since` is the moment that made it so, the first failure's or
 * the last event's; null without any.
 */
export function gateStanding(receivers: readonly Standing[]): Pick<GateStatus, 'state' | 'since'> {
  const failed = receivers.filter(({ state }) => state === 'failed')
  const moments = (failed.length > 0 ? failed : receivers)
    .flatMap(({ since }) => since ?? [])
    .sort((one, other) => Date.parse(one) - Date.parse(other))
  if (failed.length > 0) return { state: 'failed', since: moments[0] ?? null }
  const isMissing = receivers.some(({ state }) => state === 'missing')
  return { state: isMissing ? 'missing' : 'open', since: moments.at(-1) ?? null }
}
