import { expect, it } from 'vitest'
import { backoffMs, toRetryPolicy } from './retry.js'

it('doubles up to the longest pause, between half and the whole of it', () => {
  const policy = toRetryPolicy({ initialDelayMs: 100, maxDelayMs: 1_000 })
  const whole = [1, 2, 3, 4, 5, 1_000].map((failures) => backoffMs(failures, policy, () => 1))
  expect(whole).toEqual([100, 200, 400, 800, 1_000, 1_000])
  expect(backoffMs(1, policy, () => 0)).toBe(50)
})
