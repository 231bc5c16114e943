import type { ReceiverUsage } from '@epr/client'
import type { Context } from '../settings/context.js'

interface UsageRequest {
  days?: number | undefined
  jsonpath?: string | undefined
}

const COLUMNS = [
  'receiver',
  'type',
  'last_event_at',
  'events',
  'per_day',
  'failures',
  'refused',
  'groups',
  'warnings',
]
const BARS = '▁▂▃▄▅▆▇█'
const DAY_MS = 86_400_000
const DEFAULT_DAYS = 30

/** One bar a day, today at the end; a day without events is a dot, so that few are told from none. */
export function toBars(days: ReceiverUsage['days'], count: number, nowMs: number): string {
  const byDay = new Map(days.map(({ day, events }) => [day, events]))
  const most = Math.max(1, ...byDay.values())
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(nowMs - (count - 1 - index) * DAY_MS).toISOString().slice(0, 10)
    const events = byDay.get(day) ?? 0
    return events === 0 ? '·' : BARS[Math.ceil((events / most) * BARS.length) - 1]
  }).join('')
}

/** Shows what receivers get and refuse: for people a line each. */
export async function showUsage(
  { connect, output }: Context,
  { days, jsonpath }: UsageRequest,
): Promise<undefined> {
  const { receivers } = await connect('ask')
  const usage = await receivers.usage({ days })
  if (output.format !== 'table' || jsonpath !== undefined) return output.object(usage)
  if (usage.length === 0) return output.line('there is no receiver yet: epr-cli receiver create')
  const { toTable } = await import('../output/table.js')
  const now = Date.now()
  const rows = usage.map((receiver) => ({
    ...receiver,
    receiver: `${receiver.name}@${receiver.version}`,
    last_event_at: receiver.last_event_at ?? 'never',
    per_day: toBars(receiver.days, days ?? DEFAULT_DAYS, now),
    groups: receiver.groups.map(({ name }) => name).join(', '),
    warnings: receiver.warnings.join(', '),
  }))
  return output.show(toTable(rows, COLUMNS, output.style, { width: output.width, mayDrop: true }))
}
