import { ApiError } from '@epr/client'
import { buildMessage } from '@epr/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NotRetryableError, RetryLaterError } from '../errors.js'
import { createMetrics } from '../metrics.js'
import { createDoJob, type Dedupe } from './job.js'
import type { TaskHandler } from './task-handler.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const log = { debug() {}, info() {}, warn() {}, error() {} }
const record = {
  id: 'ce-1',
  value: 'x',
  headers: { ce_dataref: '/api/v1/events/1' },
  origin: { feed: 'a', cursor: '1', time: '' },
}

function start(handle: TaskHandler, dedupe?: Dedupe) {
  const draining = new AbortController()
  const revoked = new AbortController()
  const letters: string[] = []
  const metrics = createMetrics()
  const doJob = createDoJob({
    concurrency: 1,
    timeoutMs: 1_000,
    retry: { attempts: 3, initialDelayMs: 100, maxDelayMs: 100 },
    dedupe,
    deadLetters: {
      async send(_, { error, attempts }) {
        letters.push(`${error} after ${attempts}`)
        return 'done'
      },
    },
    metrics,
    log,
  })
  const lease = { draining: draining.signal, revoked: revoked.signal, fail() {} }
  const outcome = doJob({ record, message: buildMessage(), handle, lease })
  return { outcome, draining, revoked, letters, metrics }
}

describe('a job', () => {
  it('is tried again after a pause, then becomes a dead letter', async () => {
    const { outcome, letters, metrics } = start(() => {
      throw new TypeError('broken')
    })
    await vi.advanceTimersByTimeAsync(200)
    expect(await outcome).toBe('done')
    expect(letters).toEqual(['TypeError: broken after 3'])
    expect(metrics.snapshot()).toMatchObject({ failed: 3, retried: 2, processed: 0, inFlight: 0 })
  })

  it('is a dead letter at once when no further attempt will help', async () => {
    const { outcome, letters } = start(() => {
      throw new NotRetryableError('gone')
    })
    expect(await outcome).toBe('done')
    expect(letters).toEqual(['NotRetryableError: gone after 1'])
  })

  it.each([
    new RetryLaterError('RATE_LIMITED', 'slowly', { retryAfterMs: 5_000 }),
    new ApiError('UNAVAILABLE', 'busy', { status: 503, retryAfterMs: 5_000 }),
  ])('waits for as long as $name asks before the next attempt', async (error) => {
    let attempts = 0
    const { outcome } = start(() => {
      if (++attempts === 1) throw error
    })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(attempts).toBe(1)
    await vi.advanceTimersByTimeAsync(100)
    expect([await outcome, attempts]).toEqual(['done', 2])
  })

  it('is abandoned without a further attempt when the lease drains', async () => {
    let attempts = 0
    const { outcome, draining, letters } = start(() => {
      attempts++
      throw new Error('not now')
    })
    await vi.advanceTimersByTimeAsync(10)
    draining.abort()
    expect([await outcome, attempts, letters]).toEqual(['abandoned', 1, []])
  })

  it('is abandoned, and does not count as failed, when the lease is revoked', async () => {
    const { outcome, revoked, metrics } = start(
      (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    await vi.advanceTimersByTimeAsync(10)
    revoked.abort(new Error('lost'))
    expect(await outcome).toBe('abandoned')
    expect(metrics.snapshot()).toMatchObject({ failed: 0, processed: 0 })
  })

  it('is skipped when it is known, and remembered when it is done', async () => {
    const known = new Set<string>()
    const dedupe = { has: (id: string) => known.has(id), add: (id: string) => void known.add(id) }
    const handle = vi.fn()
    expect(await start(handle, dedupe).outcome).toBe('done')
    expect(await start(handle, dedupe).outcome).toBe('done')
    expect(handle).toHaveBeenCalledOnce()
  })

  it('gives the handler its place and what it needs to know of the message', async () => {
    const seen: unknown[] = []
    const { outcome } = start((_, { id, attempt, dataRef, origin }) => {
      seen.push({ id, attempt, dataRef, origin })
    })
    await outcome
    expect(seen).toEqual([{ id: 'ce-1', attempt: 1, dataRef: '/api/v1/events/1', origin: record.origin }])
  })
})
