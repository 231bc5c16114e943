import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Budget, createBudget, type Hold } from './budget.js'

/** A budget with a clock of its own, and who had to go. */
function createWorld(limit: number, whoGoes: 'largest' | 'newcomer' = 'largest') {
  const clock = { now: 0 }
  const gone: string[] = []
  const budget = createBudget({ limit, whoGoes, now: () => clock.now })
  const hold = (name: string) => budget.hold((reason) => gone.push(`${name} ${reason}`))
  return { budget, clock, gone, hold }
}

describe('a budget', () => {
  it('lets everybody in whom there is room for', () => {
    const { budget, gone, hold } = createWorld(100)
    const [a, b] = [hold('a'), hold('b')]
    expect([a.take(60), b.take(40), budget.held]).toEqual([true, true, 100])
    a.release()
    a.release()
    expect([budget.held, budget.reserve(60), budget.held]).toEqual([40, true, 100])
    budget.free(60)
    expect([budget.held, budget.refused, gone]).toEqual([40, 0, []])
  })

  it('lets the one go that has stood still the longest, for more than a second', () => {
    const { budget, clock, gone, hold } = createWorld(100)
    const [a, b] = [hold('a'), hold('b')]
    a.take(50)
    clock.now = 500
    b.take(50)
    clock.now = 1_600
    expect([hold('c').take(20), gone, budget.held]).toEqual([true, ['a full'], 70])
    expect(a.take(1)).toBe(false)
    b.progressed()
    expect([hold('d').take(30), gone]).toEqual([true, ['a full']])
  })

  it('where nobody stands still, lets the largest go, of those the newest', () => {
    const { clock, gone, hold } = createWorld(100)
    hold('a').take(40)
    clock.now = 1
    hold('b').take(40)
    expect(hold('c').take(30)).toBe(true)
    expect(gone).toEqual(['b full'])
    expect(hold('d').take(90)).toBe(false)
    expect(gone).toEqual(['b full'])
  })

  it('or the newcomer, where what has begun is to end', () => {
    const { clock, budget, gone, hold } = createWorld(100, 'newcomer')
    hold('a').take(90)
    expect([hold('b').take(20), gone, budget.held, budget.refused]).toEqual([false, [], 90, 1])
    clock.now = 1_001
    expect([hold('c').take(20), gone]).toEqual([true, ['a full']])
  })

  it('keeps what is in work', () => {
    const { budget, clock, gone, hold } = createWorld(100)
    const working = hold('working')
    working.take(90)
    working.pin()
    clock.now = 5_000
    expect([hold('a').take(20), budget.reserve(20), gone, budget.held]).toEqual([false, false, [], 90])
    budget.sweep(1_000)
    expect(gone).toEqual([])
  })

  it('lets go of those who do not go on', () => {
    const { budget, clock, gone, hold } = createWorld(100)
    hold('a').take(10)
    clock.now = 900
    hold('b').take(10)
    clock.now = 1_000
    budget.sweep(1_000)
    expect([gone, budget.held]).toEqual([['a stalled'], 10])
  })

  it('never holds more than its limit, and knows what it holds', () => {
    const step = fc.record({ who: fc.nat(5), bytes: fc.nat(60), wait: fc.nat(2_000), end: fc.boolean() })
    const whoGoes = fc.constantFrom('largest' as const, 'newcomer' as const)
    fc.assert(
      fc.property(fc.array(step), whoGoes, (steps, who) => {
        const clock = { now: 0 }
        const budget: Budget = createBudget({ limit: 100, whoGoes: who, now: () => clock.now })
        const holds = new Map<number, { hold: Hold; bytes: number }>()
        for (const { who, bytes, wait, end } of steps) {
          clock.now += wait
          const known = holds.get(who) ?? { hold: budget.hold(() => void holds.delete(who)), bytes: 0 }
          holds.set(who, known)
          if (end) known.hold.release()
          if (end || !known.hold.take(bytes)) holds.delete(who)
          else known.bytes += bytes
          expect(budget.held).toBe([...holds.values()].reduce((sum, each) => sum + each.bytes, 0))
          expect(budget.held).toBeLessThanOrEqual(100)
        }
      }),
    )
  })
})
