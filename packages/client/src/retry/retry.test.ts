import { EprError } from '@epr/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../errors.js'
import { retryAfterMs } from '../http/api-error.js'
import { backoffMs } from './policy.js'
import { createRetry } from './retry.js'

it('waits a random time, at least half of a bound that doubles up to its own bound', () => {
  const bounds = fc.record({ initialDelayMs: fc.nat(10_000), maxDelayMs: fc.nat(60_000) })
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), bounds, random, (attempt, settings, number) => {
      const delay = backoffMs(attempt, settings, () => number)
      expect(delay).toBeGreaterThanOrEqual(Math.min(settings.initialDelayMs, settings.maxDelayMs) / 2)
      expect(delay).toBeLessThanOrEqual(settings.maxDelayMs)
      if (attempt < 20) expect(delay).toBeLessThanOrEqual(settings.initialDelayMs * 2 ** (attempt - 1))
    }),
  )
})

describe('Retry-After', () => {
  it.each([
    ['2', 2_000],
    ['Mon, 23 Nov 2026 10:00:05 GMT', 5_000],
    ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
  ])('%j is %s ms', (value, expected) => {
    expect(retryAfterMs(new Headers({ 'retry-after': value }), Date.UTC(2026, 10, 23, 10))).toBe(expected)
  })
})

describe('a retry', () => {
  const settings = {
    url: 'http://epr.test',
    timeoutMs: 10_000,
    retry: { attempts: 4, initialDelayMs: 100, maxDelayMs: 1_000 },
  }
  const busy = (asked?: number) => new ApiError('UNAVAILABLE', 'busy', { status: 503, retryAfterMs: asked })

  /** Fails as often as there are errors; gives the waits. */
  async function run(errors: unknown[], isSafe = () => true) {
    const waits: number[] = []
    const sleep = async (ms: number) => {
      waits.push(ms)
    }
    const left = [...errors]
    const retry = createRetry(settings, { sleep, random: () => 0.5 })
    const attempt = async () => {
      if (left.length > 0) throw left.shift()
      return 'done'
    }
    const result = await retry.run(attempt, { isSafe }).catch((error: unknown) => error)
    return { result, waits }
  }

  it('backs off', async () => {
    expect(await run([busy(), busy(), busy()])).toEqual({ result: 'done', waits: [75, 150, 300] })
  })

  it('waits as long as the server asks, and some', async () => {
    expect(await run([busy(2_000)])).toEqual({ result: 'done', waits: [2_075] })
  })

  it('gives up at once when the server asks for more time than there is', async () => {
    const error = busy(60_000)
    expect(await run([error])).toEqual({ result: error, waits: [] })
  })

  it('gives up on what is not worth it, not safe, or no error of EPR', async () => {
    for (const error of [new EprError('INTERNAL', 'x'), new TypeError('x'), undefined]) {
      expect(await run([error])).toEqual({ result: error, waits: [] })
    }
    const error = busy()
    expect(await run([error], () => false)).toEqual({ result: error, waits: [] })
  })
})
