import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentToken } from '@epr/client/node'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createWatcher } from '../watcher.js'
import { type FeedSourceOptions, feedSource } from './source.js'

const options = { url: 'http://localhost:8042', name: 'a-watcher' }
const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' })

it.each(['', 'localhost:8042', 'ftp://localhost', 'http://'])(
  'refuses %j, which is not a URL of a registry',
  (url) => {
    expect(() => feedSource({ ...options, url })).toThrow(refused)
  },
)

it.each(['', '.hidden', '../up', 'a/b'])('refuses %j as a name, which no file can have', (name) => {
  expect(() => feedSource({ ...options, name })).toThrow(refused)
})

it('takes what the environment has for a token, also none', () => {
  expect(feedSource({ ...options, token: environmentToken(options.url, {}) }).name).toBe('a-watcher')
})

describe('a run', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'epr-feed-'))
  })
  afterAll(() => rm(directory, { recursive: true }))
  afterEach(() => void vi.useRealTimers())

  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const watch = (more: Partial<FeedSourceOptions>, giveUpAfterMs: number) =>
    createWatcher({
      source: feedSource({ ...options, cursorFile: join(directory, 'cursor'), ...more }),
      match: () => true,
      handle() {},
      giveUpAfterMs,
      log,
    })
  const failureOf = (status: number) =>
    watch({ fetch: async () => new Response('no', { status }) }, 0)
      .run()
      .catch((error: unknown) => error)

  it.each([401, 403, 410])('the status %i is one that waiting cannot heal', async (status) => {
    expect(await failureOf(status)).toMatchObject({ name: 'ApiError', status })
  })

  it('neither can it heal a server that has no feed', async () => {
    expect(await failureOf(404)).toMatchObject({ code: 'INVALID_ARGUMENT', cause: { status: 404 } })
  })

  it.each([408, 429, 500, 502, 503, 504])('the status %i is one that may pass', async (status) => {
    expect(await failureOf(status)).toMatchObject({ name: 'WatcherError', cause: { status } })
  })

  it('gives up a server that does not answer, and says which', async () => {
    vi.useFakeTimers()
    let isAsked = false
    const fetch = (_: unknown, init?: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        isAsked = true
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      })
    const failed = expect(watch({ url: 'http://epr.test', fetch }, 0).run()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: { code: 'TIMEOUT', message: expect.stringMatching(/http:\/\/epr\.test .* 15000 ms/) },
    })
    await vi.waitFor(() => expect(isAsked).toBe(true))
    await vi.advanceTimersByTimeAsync(15_000)
    await failed
  })

  it('refuses a second watcher of one name on one machine, in one line', async () => {
    let isAsked = false
    const fetch = (_: unknown, init?: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        isAsked = true
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      })
    const first = watch({ fetch }, 60_000)
    const ended = first.run()
    await vi.waitFor(() => expect(isAsked).toBe(true))
    await expect(watch({ fetch }, 0).run()).rejects.toMatchObject({
      name: 'WatcherError',
      code: 'ALREADY_EXISTS',
      message: expect.stringMatching(/^a watcher named a-watcher runs .*process \d+.*$/),
    })
    await first.stop()
    await ended
  })
})
