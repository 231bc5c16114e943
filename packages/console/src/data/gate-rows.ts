import {
  type GateArtifact,
  type GateArtifacts,
  type GateCell,
  gateStanding,
  type MessageSummary,
  type Nvrpp,
  nvrppKey,
} from '@epr/model'
import { isBehind } from './cursor.js'

/** The most failures in a row that are counted. */
const MAX_FAILURES = 100

/** What the messages behind a snapshot make of it. */
export interface Patched {
  gate: GateArtifacts
  /** Artifacts of the gate that have no row, the newest last, each with the cursor of its last message. */
  unknown: { nvrpp: Nvrpp; cursor: string }[]
}

/** A row that was asked for after a message, and the cursor of that. */
export interface AskedRow {
  row: GateArtifact
  cursor: string
}

export const nvrppOf = ({ name, version, release, platform_id, package: pkg }: Nvrpp): Nvrpp => ({
  name,
  version,
  release,
  platform_id,
  package: pkg,
})

function patchCell(cell: GateCell, { success, event_id, time }: MessageSummary): GateCell {
  if (success) return { ...cell, state: 'passed', event_id, since: time, failures: 0 }
  const isFailing = cell.state === 'failed'
  return {
    ...cell,
    state: 'failed',
    event_id,
    since: isFailing ? cell.since : time,
    failures: Math.min(MAX_FAILURES, isFailing ? cell.failures + 1 : 1),
  }
}

function patchRow(row: GateArtifact, entry: MessageSummary): GateArtifact {
  const cells = row.cells.map((cell) =>
    cell.event_receiver_id === entry.event_receiver_id && cell.event_id !== entry.event_id
      ? patchCell(cell, entry)
      : cell,
  )
  const { state } = gateStanding(cells)
  // While it goes on failing it has failed since then; whatever else is so by the last event.
  const since = state === 'failed' && row.state === 'failed' ? row.since : entry.time
  return { ...row, cells, state, since }
}

/** Counts as they are when a row's state is another; beyond what is counted nothing is known. */
function recount(
  counts: GateArtifacts['counts'],
  before: GateArtifact,
  after: GateArtifact,
): GateArtifacts['counts'] {
  if (!counts || before.superseded || before.state === after.state) return counts
  const step = (count: number, by: number) => (count > 1_000 ? count : Math.max(0, count + by))
  return {
    ...counts,
    [before.state]: step(counts[before.state], -1),
    [after.state]: step(counts[after.state], 1),
  }
}

/** Takes what has happened behind a snapshot into it: of one cell the last message holds. */
export function patchGate(gate: GateArtifacts, entries: readonly MessageSummary[]): Patched {
  const receivers = new Set(gate.receivers.map(({ id }) => id))
  const rows = new Map(gate.data.map((row) => [nvrppKey(row), row]))
  const unknown = new Map<string, Patched['unknown'][number]>()
  let { counts, cursor } = gate
  for (const entry of entries) {
    // What the snapshot has already comes again, when a page joins a stream that others follow.
    if (cursor !== null && !isBehind(entry.cursor, cursor)) continue
    cursor = entry.cursor
    if (entry.kind !== 'event' || !receivers.has(entry.event_receiver_id ?? '')) continue
    const key = nvrppKey(entry)
    const row = rows.get(key)
    if (!row) {
      unknown.delete(key)
      unknown.set(key, { nvrpp: nvrppOf(entry), cursor })
      continue
    }
    const next = patchRow(row, entry)
    counts = recount(counts, row, next)
    rows.set(key, next)
  }
  const data = gate.data.map((row) => rows.get(nvrppKey(row)) ?? row)
  return { gate: { ...gate, data, counts, cursor }, unknown: [...unknown.values()] }
}

/**
 * Rows that were asked for, on top of a matrix. What has happened to them since they were asked for is taken into them: it came while
 * they had no row.
 *
 * @param entries what is kept of the feed
 */
export function insertRows(
  gate: GateArtifacts,
  asked: readonly AskedRow[],
  entries: readonly MessageSummary[],
): GateArtifacts {
  const known = new Set(gate.data.map(nvrppKey))
  const fresh: GateArtifact[] = []
  const counts = gate.counts && { ...gate.counts }
  for (const { row, cursor } of asked) {
    const key = nvrppKey(row)
    if (known.has(key)) continue
    known.add(key)
    const behind = entries.filter(
      (entry) =>
        entry.kind === 'event' &&
        isBehind(entry.cursor, cursor) &&
        (gate.cursor === null || !isBehind(entry.cursor, gate.cursor)) &&
        nvrppKey(entry) === key,
    )
    const patched = behind.reduce(patchRow, row)
    fresh.push(patched)
    if (counts && counts[patched.state] <= 1_000) counts[patched.state]++
  }
  return fresh.length === 0 ? gate : { ...gate, data: [...fresh, ...gate.data], counts }
}
