import type { EachBatchPayload, KafkaMessage } from '@epr/kafka'
import { describe, expect, it } from 'vitest'
import type { Lease, Outcome } from '../message-source.js'
import type { SourceRecord } from '../source-record.js'
import { createBatchRunner } from './batch-runner.js'
import { createMembership } from './membership.js'
import { createDoneOffsets } from './offsets.js'
import { toTiming } from './timing.js'

type Offsets = { topics: { topic: string; partitions: { partition: number; offset: string }[] }[] }

function createWorld(process: (record: SourceRecord, lease: Lease) => Outcome | Promise<Outcome>) {
  const committed: string[] = []
  const resolved: string[] = []
  const lags: number[] = []
  let refusal: Error | undefined
  const events = {
    ready() {},
    rebalanced() {},
    restarted() {},
    lag: (_: string, messages: number) => void lags.push(messages),
    clearLag() {},
  }
  const membership = createMembership({
    timing: toTiming(1_000, 10_000, 1_000),
    events,
    onReady() {},
    onCommitted() {},
  })
  membership.ended.catch(() => undefined)
  const done = createDoneOffsets()
  const runner = createBatchRunner({ membership, delivery: { process, events }, doneOf: () => done })

  function payloadOf(first: number, count: number): EachBatchPayload {
    const messages: KafkaMessage[] = Array.from({ length: count }, (_, at) => ({
      key: null,
      value: Buffer.from('x'),
      timestamp: '1',
      attributes: 0,
      offset: String(first + at),
      headers: { ce_id: `ce-${first + at}` },
    }))
    const last = String(first + count - 1)
    return {
      batch: {
        topic: 't',
        partition: 0,
        highWatermark: String(first + count + 10),
        messages,
        isEmpty: () => count === 0,
        firstOffset: () => String(first),
        lastOffset: () => last,
        offsetLag: () => '10',
        offsetLagLow: () => '10',
      },
      resolveOffset: (offset) => void resolved.push(offset),
      heartbeat: async () => undefined,
      pause: () => () => undefined,
      async commitOffsetsIfNecessary(offsets) {
        if (refusal) throw refusal
        const { topics } = offsets as Offsets
        committed.push(...topics.flatMap(({ partitions }) => partitions.map(({ offset }) => offset)))
      },
      uncommittedOffsets: () => ({ topics: [] }),
      isRunning: () => true,
      isStale: () => false,
    }
  }
  return {
    ...{ membership, runner, committed, resolved, lags, payloadOf },
    refuseCommits(type: string) {
      refusal = Object.assign(new Error(type), { type })
    },
  }
}

describe('a batch', () => {
  it('is committed and passed when all of it is done', async () => {
    const { membership, runner, committed, resolved, lags, payloadOf } = createWorld(() => 'done')
    membership.join(Promise.resolve())
    await runner.run(payloadOf(5, 3))
    expect([committed, resolved, lags, runner.isIdle]).toEqual([['8'], ['7'], [10], true])
  })

  it('is committed up to the first record that is not done, and comes again', async () => {
    const { membership, runner, committed, resolved, payloadOf } = createWorld(({ id }) =>
      id === 'ce-1' ? 'abandoned' : 'done',
    )
    membership.join(Promise.resolve())
    await runner.run(payloadOf(0, 3))
    expect([committed, resolved]).toEqual([['1'], []])
  })

  it('skips what is done already when it comes again', async () => {
    const seen: string[] = []
    let outcome: Outcome = 'abandoned'
    const { membership, runner, committed, payloadOf } = createWorld(async ({ id }) => {
      seen.push(id)
      return id === 'ce-0' ? outcome : 'done'
    })
    membership.join(Promise.resolve())
    await runner.run(payloadOf(0, 2))
    outcome = 'done'
    await runner.run(payloadOf(0, 2))
    expect([seen, committed]).toEqual([['ce-0', 'ce-1', 'ce-0'], ['2']])
  })

  it('waits until it is sure where the group starts', async () => {
    const seen: string[] = []
    const { membership, runner, payloadOf } = createWorld(({ id }) => {
      seen.push(id)
      return 'done'
    })
    let pin: () => void = () => undefined
    membership.join(new Promise<void>((resolve) => (pin = resolve)))
    const running = runner.run(payloadOf(0, 1))
    expect([runner.isIdle, seen]).toEqual([false, []])
    pin()
    await running
    expect(seen).toEqual(['ce-0'])
  })

  it('begins nothing between two generations, and gives kafkajs what makes it join again', async () => {
    const seen: string[] = []
    const { membership, runner, payloadOf } = createWorld(({ id }) => {
      seen.push(id)
      return 'done'
    })
    await runner.run(payloadOf(0, 1))
    membership.join(Promise.resolve())
    membership.leave(Object.assign(new Error('again'), { type: 'REBALANCE_IN_PROGRESS' }))
    await expect(runner.run(payloadOf(0, 1))).rejects.toThrow('again')
    expect(seen).toEqual([])
  })

  it('leaves the generation when its commit says that the group has changed', async () => {
    const { membership, runner, payloadOf, refuseCommits } = createWorld(() => 'done')
    membership.join(Promise.resolve())
    refuseCommits('UNKNOWN_MEMBER_ID')
    await expect(runner.run(payloadOf(0, 1))).rejects.toThrow('UNKNOWN_MEMBER_ID')
    expect(membership.state.kind).toBe('joining')
  })

  it('reports while it runs what of it is done, for the next commit', async () => {
    let finish: (outcome: Outcome) => void = () => undefined
    const { membership, runner, committed, payloadOf } = createWorld(({ id }) =>
      id === 'ce-1' ? new Promise((resolve) => (finish = resolve)) : 'done',
    )
    membership.join(Promise.resolve())
    const running = runner.run(payloadOf(0, 2))
    await new Promise((resolve) => setImmediate(resolve))
    runner.report()
    await membership.current?.committer.flush()
    expect(committed).toEqual(['1'])
    finish('done')
    await running
    await runner.settled()
    expect(committed).toEqual(['1', '2'])
  })
})
