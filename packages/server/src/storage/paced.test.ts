import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Database } from './database.js'
import { createPaced } from './paced.js'

const STATEMENT_MS = 20

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Statements that take 20 ms each, and how many ran at the same time at most. */
function createSlow() {
  const seen = { done: 0, running: 0, most: 0 }
  const query = async () => {
    seen.running++
    seen.most = Math.max(seen.most, seen.running)
    await new Promise((resolve) => setTimeout(resolve, STATEMENT_MS))
    seen.running--
    seen.done++
    return []
  }
  return { seen, database: { query } as unknown as Database }
}

/** Asks all the time, on so many connections. */
function keepAsking(database: Database, clients: number) {
  const problems: unknown[] = []
  const ask = async () => {
    for (;;) await database.query('select').catch((error) => problems.push(error.message))
  }
  for (let client = 0; client < clients; client++) void ask()
  return problems
}

it('lets all through that the connections are for, while nobody else needs the database', async () => {
  const { seen, database } = createSlow()
  keepAsking(createPaced(database, { atOnce: 3, isBusy: () => false }), 10)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(seen.most).toBe(3)
  expect(seen.done).toBeGreaterThan(1_000)
})

it('takes a share of the time, and one connection, while somebody does', async () => {
  const { seen, database } = createSlow()
  const problems = keepAsking(createPaced(database, { atOnce: 3, isBusy: () => true }), 50)
  await vi.advanceTimersByTimeAsync(100_000)
  expect(seen.most).toBe(1)
  // What was saved up, and then the share.
  const expected = (1_000 + 0.15 * 100_000) / STATEMENT_MS
  expect(seen.done).toBeGreaterThan(expected * 0.95)
  expect(seen.done).toBeLessThan(expected * 1.05)
  expect(new Set(problems)).toEqual(
    new Set([
      'answers about many artifacts are asked for faster than recording leaves time for: try again in a moment',
    ]),
  )
})

it('keeps nobody waiting who asks now and then', async () => {
  const { seen, database } = createSlow()
  const paced = createPaced(database, { atOnce: 3, isBusy: () => true })
  const times: number[] = []
  for (let asked = 0; asked < 100; asked++) {
    const startedAt = performance.now()
    const asking = paced.query('select').then(() => times.push(performance.now() - startedAt))
    await vi.advanceTimersByTimeAsync(200)
    await asking
  }
  expect(seen.done).toBe(100)
  expect(Math.max(...times)).toBe(STATEMENT_MS)
})

it('goes on at once when the others are done', async () => {
  const { seen, database } = createSlow()
  let isBusy = true
  keepAsking(createPaced(database, { atOnce: 3, isBusy: () => isBusy }), 10)
  await vi.advanceTimersByTimeAsync(20_000)
  const before = seen.done
  isBusy = false
  await vi.advanceTimersByTimeAsync(1_000)
  expect(seen.done - before).toBeGreaterThan(100)
})
