import type { GateStatus } from './gate-status.js'

/** What is known of one receiver of a gate. */
export interface ExplainedReceiver {
  /** What people call it. */
  name: string
  state: 'passed' | 'failed' | 'missing'
  /** How many of its latest events have failed, one after another. @default 1 for one that has failed */
  failures?: number | undefined
}

/** Where an artifact stands at a gate. */
export interface ExplainedGate {
  state: 'open' | 'failed' | 'missing'
  /** When that began (RFC 3339); null when nothing was recorded yet. */
  since: string | null
  receivers: readonly ExplainedReceiver[]
}

/** Units that spans of time are said in, with their milliseconds. */
export const SPAN_UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** `3d`, `12m`, `0s`: a span of time in its largest unit, rounded down. */
export function toSpan(ms: number): string {
  const [unit, length] = SPAN_UNITS.find(([, length]) => ms >= length) ?? SPAN_UNITS[3]
  return `${Math.max(0, Math.floor(ms / length))}${unit}`
}

/** A receiver as people find it. */
export interface NamedReceiver {
  id: string
  name: string
  version: string
}

/** What people call each of these: `sign`; where several are called so, `sign@1.0.0`; where that says nothing, with the id. */
export function toLabels(receivers: readonly NamedReceiver[]): string[] {
  const forms = [
    ({ name }: NamedReceiver) => name,
    ({ name, version }: NamedReceiver) => `${name}@${version}`,
    ({ name, id }: NamedReceiver) => `${name} (${id})`,
  ]
  return receivers.map((receiver) => {
    const form = forms.find(
      (form) => receivers.filter((other) => form(other) === form(receiver)).length === 1,
    )
    return form?.(receiver) ?? receiver.id
  })
}

function reasonOf({ name, state, failures = 1 }: ExplainedReceiver): string {
  if (state === 'missing') return `${name} has no event`
  return failures > 1 ? `${name} has failed ${failures} times` : `${name} has failed`
}

/** What stands in the way, the failures first: `scan has failed 6 times, sign has no event`. Empty when nothing does. */
function toGateReason(receivers: readonly ExplainedReceiver[]): string {
  const failed = receivers.filter(({ state }) => state === 'failed')
  const missing = receivers.filter(({ state }) => state === 'missing')
  return [...failed, ...missing].map(reasonOf).join(', ')
}

const VERBS = { open: 'open', failed: 'failed', missing: 'waiting' } as const

/** One sentence: `waiting 12m: sign has no event`, `failed 3d: scan has failed 6 times`, `open 2h`. */
export function explainGate({ state, since, receivers }: ExplainedGate, nowMs: number): string {
  const span = since === null ? '' : ` ${toSpan(nowMs - Date.parse(since))}`
  const reason = toGateReason(receivers)
  return `${VERBS[state]}${span}${reason && `: ${reason}`}`
}

/** The sentence of a gate's status. */
export function explainStatus(
  { state, since, receivers }: Pick<GateStatus, 'state' | 'since' | 'receivers'>,
  nowMs: number,
): string {
  const labels = toLabels(
    receivers.map(
      ({ event_receiver_id: id, event_receiver_name: name, event_receiver_version: version }) => ({
        id,
        name: name ?? id,
        version: version ?? '',
      }),
    ),
  )
  const named = receivers.map(({ state, event_receiver_id }, place) => ({
    name: labels[place] ?? event_receiver_id,
    state,
  }))
  return explainGate({ state, since, receivers: named }, nowMs)
}
