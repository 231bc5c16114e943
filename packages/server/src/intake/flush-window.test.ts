import { expect, it } from 'vitest'
import { createFlushWindow } from './flush-window.js'

it('sums up the last minute, and forgets what is older', () => {
  let second = 1_000
  const window = createFlushWindow(() => second)
  expect(window.read()).toEqual({
    ...{ flushes: 0, events: 0, failures: 0, completions: 0, mean_ms: null, slowest_ms: null },
  })
  window.add({ events: 5, failures: 1, completions: 2, durationMs: 10 })
  second += 30
  window.add({ events: 1, failures: 0, completions: 0, durationMs: 4 })
  window.add({ events: 1, failures: 0, completions: 0, durationMs: 1 })
  expect(window.read()).toEqual({
    ...{ flushes: 3, events: 7, failures: 1, completions: 2, mean_ms: 5, slowest_ms: 10 },
  })
  second += 30
  expect(window.read()).toMatchObject({ flushes: 2, events: 2, slowest_ms: 4 })
  window.add({ events: 9, failures: 0, completions: 0, durationMs: 2 })
  second += 30
  expect(window.read()).toMatchObject({ flushes: 1, events: 9 })
  expect(window.newest()).toBe(0)
  window.add({ events: 7, failures: 0, completions: 0, durationMs: 2 })
  second += 1
  window.add({ events: 2, failures: 0, completions: 0, durationMs: 2 })
  expect(window.newest()).toBe(7)
  second += 1
  expect(window.newest()).toBe(2)
})
