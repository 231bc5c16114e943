import { buildMessage, createFakeMessages } from '@epr/testing'
import { afterEach, expect, it, vi } from 'vitest'
import { NotRetryableError } from './errors.js'
import { byType } from './matcher.js'
import { route, type WatcherOptions } from './options.js'
import { createWatcher } from './watcher.js'

afterEach(() => void vi.useRealTimers())

const log = { debug() {}, info() {}, warn() {}, error() {} }
const text = (overrides = {}) => JSON.stringify(buildMessage(overrides))
const retry = { attempts: 3, initialDelayMs: 1, maxDelayMs: 1 }

it('hands a message to the first route that matches, with its id', async () => {
  const feed = createFakeMessages()
  const source = feed.createSource()
  const told: string[] = []
  const tell =
    (name: string) =>
    (_: unknown, { id }: { id: string }) =>
      told.push(`${name} ${id}`)
  const watcher = createWatcher({
    source,
    routes: [
      route({ match: byType('a'), handle: tell('first') }),
      route({ match: byType('*'), handle: tell('second') }),
    ],
    log,
  })
  feed.add(text({ type: 'a' }))
  feed.add(text({ type: 'b' }))
  const ended = watcher.run()
  await vi.waitFor(() => expect(told).toEqual(['first 1', 'second 2']))
  await watcher.stop()
  await ended
  expect(watcher.metrics()).toMatchObject({ received: 2, processed: 2, ready: false })
})

it('tries again, then puts aside, and a NotRetryableError at once', async () => {
  const feed = createFakeMessages()
  const source = feed.createSource()
  const attempts: string[] = []
  const watcher = createWatcher({
    source,
    match: byType('*'),
    handle(message, { id, attempt }) {
      attempts.push(`${id}/${attempt}`)
      if (message.type === 'once' && attempt === 2) return
      if (message.type === 'hopeless') throw new NotRetryableError('gone')
      throw new TypeError('broken')
    },
    retry,
    log,
  })
  feed.add(text({ type: 'once', name: 'a' }))
  feed.add(text({ type: 'never', name: 'b' }))
  feed.add(text({ type: 'hopeless', name: 'c' }))
  feed.add('no message')
  void watcher.run()
  await vi.waitFor(() => expect(feed.outcomes.size).toBe(4))
  await watcher.stop()
  expect(attempts.sort()).toEqual(['1/1', '1/2', '2/1', '2/2', '2/3', '3/1'])
  expect([...feed.letters].sort((a, b) => a.id.localeCompare(b.id))).toEqual([
    { id: '2', failure: { kind: 'handler-failed', error: 'TypeError: broken', attempts: 3 } },
    { id: '3', failure: { kind: 'handler-failed', error: 'NotRetryableError: gone', attempts: 1 } },
    { id: '4', failure: { kind: 'undecodable', error: expect.stringContaining('not JSON'), attempts: 0 } },
  ])
  expect(watcher.metrics()).toMatchObject({ failed: 5, retried: 3, deadLettered: 3 })
})

it('a matcher that throws puts the record aside', async () => {
  const feed = createFakeMessages()
  const source = feed.createSource()
  const match = () => {
    throw new Error('what is this?')
  }
  const watcher = createWatcher({ source, match, handle() {}, log })
  feed.add(text())
  void watcher.run()
  await vi.waitFor(() => expect(feed.letters[0]?.failure.kind).toBe('unmatchable'))
  await watcher.stop()
})

it('a stop lets a handler end, tries nothing again, and aborts it after the grace', async () => {
  vi.useFakeTimers()
  const feed = createFakeMessages()
  const source = feed.createSource()
  const aborted: string[] = []
  const watcher = createWatcher({
    source,
    match: byType('*'),
    handle: (_, { id, signal }) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(id)
          reject(signal.reason)
        })
        if (id === '1') setTimeout(resolve, 100)
      }),
    stopGraceMs: 1_000,
    log,
  })
  feed.add(text({ name: 'a' }))
  feed.add(text({ name: 'b' }))
  const ended = watcher.run()
  await vi.advanceTimersByTimeAsync(10)
  const stopped = watcher.stop()
  await vi.advanceTimersByTimeAsync(1_100)
  await Promise.all([stopped, ended])
  expect([...feed.outcomes]).toEqual([
    ['1', 'done'],
    ['2', 'abandoned'],
  ])
  expect(aborted).toEqual(['2'])
})

it('what the dedupe store knows is skipped', async () => {
  const feed = createFakeMessages()
  const source = feed.createSource()
  const known = new Set(['1'])
  const told: string[] = []
  const watcher = createWatcher({
    source,
    match: byType('*'),
    handle: (_, { id }) => told.push(id),
    dedupe: known,
    log,
  })
  feed.add(text())
  feed.add(text())
  void watcher.run()
  await vi.waitFor(() => expect(feed.outcomes.size).toBe(2))
  await watcher.stop()
  expect(told).toEqual(['2'])
  expect([...known]).toEqual(['1', '2'])
})

it('serves metrics and health while it runs', async () => {
  const watcher = createWatcher({
    source: createFakeMessages().createSource(),
    match: byType('*'),
    handle() {},
    http: { port: 0 },
    log,
  })
  const ended = watcher.run()
  await vi.waitFor(() => expect(watcher.metrics().ready).toBe(true))
  const answer = await fetch(`${watcher.url}/healthz/readiness`)
  const metrics = await (await fetch(`${watcher.url}/metrics`)).text()
  expect(answer.status).toBe(200)
  expect(metrics).toContain('epr_watcher_ready 1\n')
  expect(metrics).toMatch(/^epr_watcher_handler_seconds_bucket\{le="\+Inf"\} 0$/m)
  await watcher.stop()
  await ended
  expect(watcher.url).toBeUndefined()
})

const newOptions = () => ({
  source: createFakeMessages().createSource(),
  match: byType('*'),
  handle() {},
  log,
})

it.each<Partial<WatcherOptions>>([
  { concurrency: 0 },
  { timeoutMs: 600_001 },
  { stopGraceMs: 600_001 },
  { giveUpAfterMs: -1 },
  { giveUpAfterMs: Number.NaN },
  { retry: { attempts: 0 } },
  { retry: { initialDelayMs: -1 } },
  { retry: { maxDelayMs: 3_600_001 } },
])('refuses options out of range: %j', (options) => {
  const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' })
  expect(() => createWatcher({ ...newOptions(), ...options })).toThrow(refused)
})

it('refuses a second run', async () => {
  const watcher = createWatcher({ ...newOptions(), giveUpAfterMs: Number.POSITIVE_INFINITY })
  const ended = watcher.run()
  await expect(watcher.run()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await watcher.stop()
  await ended
})
