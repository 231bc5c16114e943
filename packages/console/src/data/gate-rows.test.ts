import type { GateArtifact, GateArtifacts, MessageSummary } from '@epr/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { insertRows, patchGate } from './gate-rows.js'

const RECEIVERS = ['build', 'test', 'scan']
const ARTIFACTS = ['cart', 'checkout', 'search']

const nvrppOf = (name: string) => ({ name, version: '1', release: '1', platform_id: 'linux', package: 'oci' })

const timeOf = (cursor: number): string => new Date(Date.UTC(2026, 0, 1) + cursor * 1_000).toISOString()

interface Happened {
  artifact: string
  receiver: string
  success: boolean
}

const toEntry = ({ artifact, receiver, success }: Happened, at: number): MessageSummary => ({
  ...nvrppOf(artifact),
  cursor: String(at + 1),
  time: timeOf(at + 1),
  kind: 'event',
  type: receiver,
  id: `event-${at + 1}`,
  success,
  event_id: `event-${at + 1}`,
  event_receiver_id: receiver,
  group_id: null,
  payload_bytes: 2,
})

/** What the gate's rule says of all that has happened, without a snapshot: the latest event at a receiver decides. */
function oracle(happened: readonly Happened[]): GateArtifacts {
  const rows = ARTIFACTS.map((artifact): GateArtifact => {
    const cells = RECEIVERS.map((receiver) => {
      const own = happened.flatMap((event, at) =>
        event.artifact === artifact && event.receiver === receiver ? [{ ...event, at: at + 1 }] : [],
      )
      const last = own.at(-1)
      const failing = own.slice(own.findLastIndex(({ success }) => success) + 1)
      const state = last === undefined ? 'missing' : last.success ? 'passed' : 'failed'
      const from = state === 'failed' ? failing[0] : last
      return {
        event_receiver_id: receiver,
        state,
        event_id: last ? `event-${last.at}` : null,
        since: from ? timeOf(from.at) : null,
        failures: state === 'failed' ? failing.length : 0,
      } as const
    })
    const states = cells.map(({ state }) => state)
    const state = states.includes('failed') ? 'failed' : states.includes('missing') ? 'missing' : 'open'
    return { ...nvrppOf(artifact), state, since: timeOf(0), superseded: false, explanation: '', cells }
  })
  const count = (state: GateArtifact['state']) => rows.filter((row) => row.state === state).length
  return {
    data: rows,
    receivers: RECEIVERS.map((id) => ({ id, name: id, version: '1' })),
    counts: { open: count('open'), failed: count('failed'), missing: count('missing') },
    warnings: [],
    cursor: String(happened.length),
    history: null,
    next: null,
  }
}

const event = fc.record({
  artifact: fc.constantFrom(...ARTIFACTS),
  receiver: fc.constantFrom(...RECEIVERS),
  success: fc.boolean(),
})

const withoutSince = ({ data, counts, cursor }: GateArtifacts) => ({
  counts,
  cursor,
  rows: data.map(({ since: _, ...row }) => row),
})

describe('a matrix that is patched', () => {
  it('is what the gate’s rule says of everything that happened, wherever the snapshot was taken', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.nat(60), fc.nat(10), (happened, taken, overlap) => {
        const at = Math.min(taken, happened.length)
        const entries = happened.map(toEntry)
        // A stream brings what the snapshot has already, and may bring it in pieces.
        const first = patchGate(
          oracle(happened.slice(0, at)),
          entries.slice(Math.max(0, at - overlap), at + 3),
        )
        const { gate } = patchGate(first.gate, entries.slice(at))
        expect(withoutSince(gate)).toEqual(withoutSince(oracle(happened)))
      }),
    )
  })

  it('has in a row that was asked for what came while it was asked for', () => {
    const happened = [
      { artifact: 'cart', receiver: 'build', success: true },
      { artifact: 'cart', receiver: 'test', success: false },
      { artifact: 'cart', receiver: 'test', success: true },
    ]
    const entries = happened.map(toEntry)
    const { gate } = patchGate({ ...oracle([]), data: [] }, entries)
    const [row] = oracle(happened.slice(0, 2)).data
    if (!row) throw new Error('the oracle has no row')
    const [inserted] = insertRows(gate, [{ row, cursor: '1' }], entries).data
    expect(inserted?.cells).toEqual(oracle(happened).data[0]?.cells)
    expect(
      insertRows(insertRows(gate, [{ row, cursor: '1' }], entries), [{ row, cursor: '2' }], []).data,
    ).toHaveLength(1)
  })

  it('names artifacts that have no row, and leaves alone what is none of the gate’s', () => {
    const gate = { ...oracle([]), data: [] }
    const entries = [
      { artifact: 'cart', receiver: 'build', success: true },
      { artifact: 'cart', receiver: 'test', success: true },
      { artifact: 'search', receiver: 'deploy', success: true },
    ].map(toEntry)
    expect(patchGate(gate, entries).unknown).toEqual([{ nvrpp: nvrppOf('cart'), cursor: '2' }])
  })
})
