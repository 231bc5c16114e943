import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createDeadlines } from './deadlines.js'
import { type Attempt, makeAttempt as attemptWithin } from './task-handler.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const makeAttempt = (attempt: Omit<Attempt, 'deadlines'>) =>
  attemptWithin({ ...attempt, deadlines: createDeadlines(attempt.timeoutMs) })
const never = new AbortController().signal

it('gives what the handler throws, also at once and also nothing', async () => {
  for (const thrown of [new TypeError('no'), undefined, 'text']) {
    const run = () => {
      throw thrown
    }
    expect(await makeAttempt({ run, timeoutMs: 10, abort: never })).toEqual({ ok: false, error: thrown })
  }
})

it('ends a handler that does not end, after its deadline and a grace', async () => {
  const attempt = makeAttempt({ run: () => new Promise(() => {}), timeoutMs: 500, abort: never })
  await vi.advanceTimersByTimeAsync(1_500)
  expect(await attempt).toMatchObject({ ok: false, error: { code: 'TIMEOUT' } })
})

it('tells the handler of its deadline, and takes what it still does', async () => {
  const run = (getSignal: () => AbortSignal) =>
    new Promise((resolve) => getSignal().addEventListener('abort', () => resolve('late')))
  const attempt = makeAttempt({ run, timeoutMs: 500, abort: never })
  await vi.advanceTimersByTimeAsync(500)
  expect(await attempt).toEqual({ ok: true })
})

it('an abort from outside ends it', async () => {
  const abort = new AbortController()
  const run = (getSignal: () => AbortSignal) =>
    new Promise((_, reject) => getSignal().addEventListener('abort', () => reject(new Error('mine'))))
  const attempt = makeAttempt({ run, timeoutMs: 500, abort: abort.signal })
  abort.abort(new Error('lost'))
  expect(await attempt).toMatchObject({ ok: false, error: { message: 'lost' } })
})
