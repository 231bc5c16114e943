import type { FeedBatch, Messages } from '@epr/client'
import { ApiError } from '@epr/client'
import { describe, expect, it, vi } from 'vitest'
import type { Lease, Outcome } from '../message-source.js'
import type { SourceRecord } from '../source-record.js'
import { createFeedSession, type FeedSessionOptions } from './session.js'

const ANN = { id: 'user:1', type: 'user', label: 'Ann' }

const batch = (...cursors: string[]): FeedBatch => ({
  entries: cursors.map((cursor) => ({ cursor, time: 't', ce_id: `ce-${cursor}`, actor: ANN, text: cursor })),
  passed: undefined,
  retryMs: 0,
})

interface World {
  /** What each connection gives, in turn; a function throws. */
  connections: (FeedBatch[] | (() => never))[]
  process?(record: SourceRecord, lease: Lease): Outcome | Promise<Outcome>
  options?: Partial<FeedSessionOptions>
  from?: string
}

function createWorld({ connections, process = () => 'done', options = {}, from }: World) {
  const starts: (string | undefined)[] = []
  const written: string[] = []
  const ready: boolean[] = []
  const stop = new AbortController()
  const messages: Messages = {
    list: async () => ({ entries: [], next: '7' }),
    stream: () => {
      throw new Error('not for watchers')
    },
    async *connect({ after } = {}) {
      starts.push(after)
      const given = connections.shift() ?? []
      if (typeof given === 'function') given()
      else yield* given
    },
  }
  const session = createFeedSession({
    url: 'http://epr.test',
    messages,
    name: 'a-watcher',
    store: { read: async () => undefined, write: async (cursor) => void written.push(cursor) },
    fromLatest: false,
    onGone: 'reject',
    delivery: {
      process,
      stop: stop.signal,
      abort: new AbortController().signal,
      from,
      events: {
        ready: (isReady) => void ready.push(isReady),
        rebalanced() {},
        restarted() {},
        lag() {},
        clearLag() {},
      },
      log: { debug() {}, info() {}, warn() {}, error() {} },
    },
    ...options,
  })
  return { session, starts, written, ready, stop }
}

const ignore = () => undefined
const ended = { code: 'UNAVAILABLE' }

describe('a session on the feed', () => {
  it('goes on behind what was handed on, and remembers only what is done', async () => {
    let finish: (outcome: Outcome) => void = ignore
    const { session, starts, written } = createWorld({
      connections: [[batch(), batch('1', '2')], [batch('3')]],
      process: ({ id }) => (id === 'ce-2' ? new Promise((resolve) => (finish = resolve)) : 'done'),
    })
    await expect(session.connect(ignore)).rejects.toMatchObject(ended)
    await expect(session.connect(ignore)).rejects.toMatchObject(ended)
    await session.save()
    expect(starts).toEqual([undefined, '2'])
    expect(written).toEqual(['1'])
    finish('done')
    await session.end()
    expect(written).toEqual(['1', '3'])
  })

  it('says who did what a message is about', async () => {
    const actors: SourceRecord['actor'][] = []
    const { session } = createWorld({
      connections: [[batch('1')]],
      process({ actor }) {
        actors.push(actor)
        return 'done'
      },
    })
    await expect(session.connect(ignore)).rejects.toMatchObject(ended)
    await session.end()
    expect(actors).toEqual([ANN])
  })

  it('does not remember what was abandoned, nor anything behind it', async () => {
    const { session, written } = createWorld({
      connections: [[batch('1', '2', '3')]],
      process: ({ id }) => (id === 'ce-2' ? 'abandoned' : 'done'),
    })
    await expect(session.connect(ignore)).rejects.toMatchObject(ended)
    await session.end()
    expect(written).toEqual(['1'])
  })

  it('is ready as soon as a connection stands, and not any more when it has ended', async () => {
    const { session, ready } = createWorld({ connections: [[batch()]] })
    const onReady = vi.fn()
    await expect(session.connect(onReady)).rejects.toMatchObject(ended)
    expect(onReady).toHaveBeenCalledOnce()
    expect(ready).toEqual([true, false])
  })

  it('starts where a replay says, or at the newest, which it remembers at once', async () => {
    const replay = createWorld({ connections: [[]], from: '5' })
    await expect(replay.session.connect(ignore)).rejects.toMatchObject(ended)
    const latest = createWorld({ connections: [[]], options: { fromLatest: true } })
    await expect(latest.session.connect(ignore)).rejects.toMatchObject(ended)
    expect([replay.starts, latest.starts, latest.written]).toEqual([['5'], ['7'], ['7']])
  })

  it('ends with GONE where messages were removed unread, or goes on from the oldest', async () => {
    const gone = (): never => {
      throw new ApiError('GONE', 'gone', { status: 410 })
    }
    const strict = createWorld({ connections: [gone], from: '1' })
    await expect(strict.session.connect(ignore)).rejects.toMatchObject({ code: 'GONE' })
    const lenient = createWorld({
      connections: [gone, [batch('9')]],
      from: '1',
      options: { onGone: 'oldest' },
    })
    await expect(lenient.session.connect(ignore)).rejects.toMatchObject(ended)
    expect(lenient.starts).toEqual(['1', undefined])
  })

  it('hands on nothing more once it drains, and then ends well', async () => {
    const seen: string[] = []
    const { session, stop } = createWorld({
      connections: [[batch('1', '2')]],
      process({ id }) {
        seen.push(id)
        stop.abort()
        return 'done'
      },
    })
    await session.connect(ignore)
    await session.end()
    expect(seen).toEqual(['ce-1'])
  })

  it('drains when a record could not be kept, and ends with the reason', async () => {
    const full = new Error('the disk is full')
    const { session } = createWorld({
      connections: [[batch('1')]],
      process(_, lease) {
        lease.fail(full)
        return 'abandoned'
      },
    })
    await session.connect(ignore)
    expect(session.draining.aborted).toBe(true)
    await expect(session.end()).rejects.toBe(full)
  })
})
