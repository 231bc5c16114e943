import type { GateArtifactsQuery } from '@epr/client'
import { type GateArtifact, type GateArtifacts, type MessageSummary, type Nvrpp, nvrppKey } from '@epr/model'
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from './api.js'
import { isBehind } from './cursor.js'
import { type AskedRow, insertRows, patchGate } from './gate-rows.js'
import { live } from './live/live.js'
import { nowAndThen } from './now-and-then.js'

/** At most so often is a matrix drawn anew. */
const TURN_MS = 250
/** Artifacts without a row that are asked about at a time. */
const MOST_NEW = 20

/** The messages behind a snapshot: those that the page keeps, and what went by before it kept any. */
async function entriesBehind(cursor: string, signal: AbortSignal): Promise<readonly MessageSummary[]> {
  const kept = live.entries()
  const first = kept[0]?.cursor
  const behind = kept.filter((entry) => isBehind(entry.cursor, cursor))
  // Cursors have no gaps: behind the one before the first that is kept nothing is missing.
  if (first === undefined || BigInt(first) <= BigInt(cursor) + 1n) return behind
  const missed: MessageSummary[] = []
  let after = cursor
  while (isBehind(first, after)) {
    const { entries, next } = await api().messages.list({ view: 'summary', after, limit: 1_000 })
    signal.throwIfAborted()
    missed.push(...entries.filter((entry) => isBehind(first, entry.cursor)))
    if (next === after) break
    after = next
  }
  return [...missed, ...behind]
}

const matches = (name: string, pattern: string | undefined): boolean =>
  pattern === undefined || (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern)

/** An artifact's row as the gate's status says. */
async function rowOf(groupId: string, nvrpp: Nvrpp): Promise<GateArtifact> {
  const status = await api().groups.status(groupId, nvrpp)
  return {
    ...nvrpp,
    state: status.state,
    since: status.since ?? new Date().toISOString(),
    superseded: false,
    explanation: status.explanation ?? '',
    cells: status.receivers.map(({ event_receiver_id, state, event_id, since }) => ({
      event_receiver_id,
      state,
      event_id,
      since,
      failures: state === 'failed' ? 1 : 0,
    })),
  }
}

type Key = readonly ['gate', string, GateArtifactsQuery]

/** The rows of artifacts that a matrix has none of, as far as they are wanted. */
async function askFor(
  groupId: string,
  query: GateArtifactsQuery,
  unknown: readonly { nvrpp: Nvrpp; cursor: string }[],
): Promise<AskedRow[]> {
  const wanted = unknown.filter(({ nvrpp }) => matches(nvrpp.name, query.name)).slice(-MOST_NEW)
  const asked = await Promise.all(
    wanted.map(async ({ nvrpp, cursor }) => {
      const row = await rowOf(groupId, nvrpp).catch(() => undefined)
      return row && { row, cursor }
    }),
  )
  return asked
    .filter((found) => found !== undefined)
    .filter(({ row }) => !query.state || query.state.includes(row.state))
    .reverse()
}

/** A snapshot, with all that has happened behind it until it is given. */
async function readGate(
  groupId: string,
  query: GateArtifactsQuery,
  signal: AbortSignal,
): Promise<GateArtifacts> {
  const snapshot = await api().groups.artifacts(groupId, query, { signal })
  // In a rush the next snapshot comes sooner than all that is behind this one.
  if (snapshot.cursor === null || live.isRushed()) return snapshot
  const missed = await entriesBehind(snapshot.cursor, signal)
  let { gate, unknown } = patchGate(snapshot, missed)
  while (unknown.length > 0) {
    const rows = await askFor(groupId, query, unknown)
    signal.throwIfAborted()
    gate = insertRows(gate, rows, [...missed, ...live.entries()])
    ;({ gate, unknown } = patchGate(gate, live.entries()))
    const shown = new Set(gate.data.map(nvrppKey))
    if (rows.length === 0) break
    unknown = unknown.filter(({ nvrpp }) => !shown.has(nvrppKey(nvrpp)))
  }
  return gate
}

/** Takes messages into the matrix that is shown, and asks about artifacts that have no row yet. */
async function apply(
  queries: QueryClient,
  key: Key,
  entries: readonly MessageSummary[],
  onNew: (rows: AskedRow[]) => void,
): Promise<void> {
  const [, groupId, query] = key
  const before = queries.getQueryData<GateArtifacts>(key)
  if (!before) return
  const { gate, unknown } = patchGate(before, entries)
  if (gate.cursor !== before.cursor) queries.setQueryData(key, gate)
  if (unknown.length === 0) return
  const rows = await askFor(groupId, query, unknown)
  if (rows.length > 0) onNew(rows)
}

/**
 * What stands at a gate, as it is now: a snapshot, and every message behind it.
 *
 * @param isHeld whether new rows wait, because somebody is at the table
 */
export function useGate(groupId: string, query: GateArtifactsQuery, isHeld: () => boolean) {
  const queries = useQueryClient()
  const text = JSON.stringify(query)
  const [held, setHeld] = useState<readonly AskedRow[]>([])
  const key: Key = ['gate', groupId, query]
  const found = useQuery({
    queryKey: key,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    // What happened while nobody looked was not taken in.
    refetchOnMount: 'always',
    queryFn: ({ signal }) => readGate(groupId, query, signal),
  })

  function show(rows: readonly AskedRow[]): void {
    queries.setQueryData<GateArtifacts>(key, (gate) => gate && insertRows(gate, rows, live.entries()))
    setHeld([])
  }

  useEffect(() => {
    setHeld([])
    if (query.at !== undefined) return
    let waiting: MessageSummary[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    function takeIn(): void {
      timer = undefined
      const entries = waiting
      waiting = []
      void apply(queries, key, entries, (rows) =>
        isHeld() ? setHeld((before) => [...rows, ...before]) : show(rows),
      )
    }
    const stop = live.onEntries((entries) => {
      if (live.isRushed()) return
      waiting.push(...entries)
      timer ??= setTimeout(takeIn, TURN_MS)
    })
    const gaps = nowAndThen(() => void queries.invalidateQueries({ queryKey: key }))
    const stopGap = live.onGap(gaps.run)
    return () => {
      stop()
      stopGap()
      gaps.end()
      clearTimeout(timer)
    }
  }, [queries, groupId, text])

  return { ...found, held, showHeld: () => show(held) }
}
