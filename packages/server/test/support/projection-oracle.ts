/** What the projections hold, worked out from the events one by one: no database, nothing kept between two questions. */

export interface OracleRecord {
  seq: number
  /** In milliseconds since 1970. */
  at: number
  name: string
  version: string
  receiver: string
  success: boolean
  bytes: number
}

export interface OracleGate {
  group: string
  artifact: string
  state: 'open' | 'failed' | 'missing'
  since: number
}

export interface OracleArtifact {
  artifact: string
  first: number
  last: number
  events: number
  failures: number
}

export const artifactOf = ({ name, version }: Pick<OracleRecord, 'name' | 'version'>): string =>
  `${name} ${version}`

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

export function artifactsOf(records: readonly OracleRecord[]): OracleArtifact[] {
  return [...groupBy(records, artifactOf)].map(([artifact, events]) => ({
    artifact,
    first: Math.min(...events.map(({ seq }) => seq)),
    last: Math.max(...events.map(({ seq }) => seq)),
    events: events.length,
    failures: events.filter(({ success }) => !success).length,
  }))
}

/** Where the events lead at a gate, and whether it was open behind any of them. */
function follow(events: readonly OracleRecord[], receivers: readonly string[]) {
  const latest = new Map<string, OracleRecord>()
  let wasOpen = false
  const isOpen = () => receivers.every((id) => latest.get(id)?.success === true)
  for (const event of events) {
    latest.set(event.receiver, event)
    wasOpen ||= isOpen()
  }
  const held = [...latest.values()]
  const failed = held.filter(({ success }) => !success)
  const state = failed.length > 0 ? 'failed' : isOpen() ? 'open' : 'missing'
  const since =
    failed.length > 0 ? Math.min(...failed.map(({ at }) => at)) : Math.max(...held.map(({ at }) => at))
  return { state, since, wasOpen } as const
}

export function gatesOf(
  records: readonly OracleRecord[],
  groups: ReadonlyMap<string, readonly string[]>,
): OracleGate[] {
  const first = new Map(artifactsOf(records).map((artifact) => [artifact.artifact, artifact.first]))
  return [...groups].flatMap(([group, receivers]) => {
    const mine = records.filter(({ receiver }) => receivers.includes(receiver)).sort((a, b) => a.seq - b.seq)
    const gates = [...groupBy(mine, artifactOf)].map(([artifact, events]) => ({
      group,
      artifact,
      line: events[0]?.name,
      ...follow(events, receivers),
    }))
    const isNewer = (one: string, than: string) => (first.get(one) ?? 0) > (first.get(than) ?? 0)
    const isSuperseded = ({ line, artifact }: (typeof gates)[number]) =>
      gates.some((other) => other.line === line && other.wasOpen && isNewer(other.artifact, artifact))
    return gates
      .filter((gate) => !isSuperseded(gate))
      .map(({ artifact, state, since }) => ({ group, artifact, state, since }))
  })
}

export interface OracleDay {
  receiver: string
  day: string
  events: number
  failures: number
  bytes: number
}

export function daysOf(records: readonly OracleRecord[]): OracleDay[] {
  const dayOf = ({ at }: OracleRecord) => new Date(at).toISOString().slice(0, 10)
  return [...groupBy(records, (record) => `${record.receiver} ${dayOf(record)}`)].map(([key, events]) => ({
    receiver: key.split(' ')[0] ?? '',
    day: key.split(' ')[1] ?? '',
    events: events.length,
    failures: events.filter(({ success }) => !success).length,
    bytes: events.reduce((sum, { bytes }) => sum + bytes, 0),
  }))
}
