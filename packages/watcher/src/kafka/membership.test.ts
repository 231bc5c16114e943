import { describe, expect, it } from 'vitest'
import { createMembership } from './membership.js'
import type { PartitionOffset } from './offsets.js'

const timing = {
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 60_000,
  heartbeatMs: 1_000,
  commitMs: 1_000,
  maxWaitMs: 100,
  watchdogMs: 15_000,
}
const rebalance = Object.assign(new Error('rebalance'), { type: 'REBALANCE_IN_PROGRESS' })

function createWorld() {
  let now = 0
  const ready: boolean[] = []
  const committed: PartitionOffset[] = []
  let readied = 0
  const membership = createMembership({
    timing,
    events: { ready: (isReady) => void ready.push(isReady), clearLag() {} },
    onReady: () => void readied++,
    onCommitted: (position) => void committed.push(position),
    now: () => now,
  })
  return {
    membership,
    ready,
    committed,
    readied: () => readied,
    pass(ms: number) {
      now += ms
      membership.checkSilence()
    },
  }
}

const tick = () => new Promise((resolve) => setImmediate(resolve))

describe('a membership', () => {
  it('is ready once it is sure where the group starts', async () => {
    const { membership, ready, readied } = createWorld()
    let pin: () => void = () => undefined
    membership.join(new Promise<void>((resolve) => (pin = resolve)))
    await tick()
    expect([membership.state.kind, ready]).toEqual(['member', []])
    pin()
    await tick()
    expect([ready, readied()]).toEqual([[true], 1])
  })

  it('drains its generation at a rebalance, has nothing to commit with, and joins again with a new one', async () => {
    const { membership, ready } = createWorld()
    membership.join(Promise.resolve())
    await tick()
    const first = membership.generation
    membership.leave(rebalance)
    expect(membership.state).toEqual({ kind: 'joining', left: first })
    expect([first?.draining.aborted, first?.revoked.aborted]).toEqual([true, false])
    expect(membership.current).toBeUndefined()
    // kafkajs joins again only when its batches fail with what the broker said.
    expect(() => first?.rethrow()).toThrow(rebalance)
    membership.join(Promise.resolve())
    await tick()
    expect(membership.generation).not.toBe(first)
    expect(membership.generation?.draining.aborted).toBe(false)
    expect(ready).toEqual([true, false, true])
  })

  it('ends while it is a member so that what still runs can be committed', async () => {
    const { membership } = createWorld()
    membership.join(Promise.resolve())
    const { generation } = membership
    membership.end()
    await membership.ended
    expect(membership.state).toEqual({ kind: 'over', generation })
    expect([generation?.draining.aborted, membership.current]).toEqual([true, generation])
    membership.leave()
    expect(membership.state).toEqual({ kind: 'over', generation: undefined })
    membership.join(Promise.resolve())
    expect(membership.state.kind).toBe('over')
  })

  it('ends with what a record could not be kept for, and with the first reason only', async () => {
    const { membership } = createWorld()
    membership.join(Promise.resolve())
    membership.generation?.fail(new Error('no place'))
    membership.end(new Error('later'))
    await expect(membership.ended).rejects.toThrow('no place')
  })

  it('ends when the start of the group cannot be pinned', async () => {
    const { membership } = createWorld()
    membership.join(Promise.reject(new Error('denied')))
    await expect(membership.ended).rejects.toThrow('denied')
  })

  it('revokes what runs when the broker is silent for a session, and ends after its patience', async () => {
    const { membership, pass } = createWorld()
    membership.join(Promise.resolve())
    const { generation } = membership
    pass(9_000)
    membership.hear()
    pass(9_000)
    expect(generation?.revoked.aborted).toBe(false)
    pass(2_000)
    expect(generation?.revoked.aborted).toBe(true)
    pass(5_000)
    await expect(membership.ended).rejects.toThrow('silent for 16000 ms')
  })

  it('waits for as long as a rebalance may take before it gives up a join, and revokes nothing', async () => {
    const { membership, pass } = createWorld()
    membership.join(Promise.resolve())
    const { generation } = membership
    membership.leave(rebalance)
    pass(74_000)
    expect([generation?.revoked.aborted, membership.state.kind]).toEqual([false, 'joining'])
    pass(2_000)
    await expect(membership.ended).rejects.toThrow('silent for 76000 ms')
  })

  it('revokes what runs when it is told to, for good', () => {
    const { membership } = createWorld()
    membership.join(Promise.resolve())
    const reason = new Error('the watcher stops')
    membership.revoke(reason)
    expect(membership.generation?.revoked.reason).toBe(reason)
  })

  it('counts the silence of the broker where somebody speaks to it', () => {
    const { membership, pass } = createWorld()
    pass(4_000)
    expect(membership.silentMs()).toBe(0)
    membership.join(Promise.resolve())
    pass(3_000)
    expect(membership.silentMs()).toBe(3_000)
    membership.end()
    pass(2_000)
    expect(membership.silentMs()).toBe(5_000)
    membership.hear()
    expect(membership.silentMs()).toBe(0)
  })
})
