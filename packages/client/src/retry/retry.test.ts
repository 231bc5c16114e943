import { EprError } from '@epr/model'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../errors.js'
import { retryAfterMs } from '../http/api-error.js'
import { backoffMs } from './policy.js'
import { createRetry } from './retry.js'
import { sleep } from './sleep.js'

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
    retryForMs: undefined,
    onRetry: undefined,
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

  describe('for a time', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
    afterEach(() => void vi.useRealTimers())

    /** Is busy until a moment; gives the moments of the attempts, and of the end. */
    async function until(
      ms: number,
      call: { retryForMs: number; timeoutMs?: number },
      error: unknown = busy(),
    ) {
      const start = performance.now()
      const at: number[] = []
      const heard: unknown[] = []
      const retry = createRetry(
        { ...settings, onRetry: (...said) => void heard.push(said) },
        { sleep, random: () => 0.5 },
      )
      const attempt = async (signal: AbortSignal) => {
        at.push(performance.now() - start)
        if (error === 'hangs') {
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
          throw signal.reason
        }
        if (performance.now() - start < ms) throw error
        return 'done'
      }
      const result = retry.run(attempt, { ...call, isSafe: () => true }).catch((reason: unknown) => reason)
      await vi.runAllTimersAsync()
      return { result: await result, at, heard }
    }

    it('goes on until it is done, however many attempts that takes', async () => {
      const { result, at, heard } = await until(20_000, { retryForMs: 30_000 })
      expect(result).toBe('done')
      expect(at.length).toBeGreaterThan(settings.retry.attempts)
      expect(heard).toHaveLength(at.length - 1)
      expect(heard[0]).toEqual([expect.objectContaining({ message: 'busy' }), 75])
    })

    it('asks a last time at its end, and no more', async () => {
      const { result, at } = await until(60_000, { retryForMs: 3_000 })
      expect(result).toMatchObject({ code: 'UNAVAILABLE' })
      expect(at.at(-1)).toBe(3_000)
    })

    it('asks once in no time', async () => {
      expect((await until(1, { retryForMs: 0 })).at).toEqual([0])
    })

    it('waits as long as the server asks, and not at all when that is longer than there is time', async () => {
      expect((await until(1, { retryForMs: 30_000 }, busy(4_000))).at).toEqual([0, 4_075])
      expect((await until(1, { retryForMs: 30_000 }, busy(31_000))).at).toEqual([0])
    })

    it('gives each attempt its own time', async () => {
      const { result, at } = await until(0, { retryForMs: 3_000, timeoutMs: 1_000 }, 'hangs')
      expect(result).toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('within 1000 ms') })
      expect(at).toEqual([0, 1_075, 2_225])
    })
  })
})
