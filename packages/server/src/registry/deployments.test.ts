import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { DeploymentDay } from './deployment-days.js'
import { countDeployments } from './deployments.js'

const START = Date.parse('2026-11-01T00:00:00Z')
const HOUR = 3_600_000

interface Told {
  hour: number
  name: string
  environment: string
  lead: number
  waited: number
}

const toDay = (told: Told[]): DeploymentDay => ({
  size: told.length,
  at: Float64Array.from(told, ({ hour }) => START + hour * HOUR),
  names: told.map(({ name }) => name),
  environments: told.map(({ environment }) => environment),
  leads: Float64Array.from(told, ({ lead }) => lead),
  merged: told.map(() => false),
  failed: told.map(() => false),
  waits: told.map(({ waited }) => [{ gate: 1, ms: waited }]),
})

/** PostgreSQL's percentile_cont, over all values in order. */
function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right)
  const place = share * (sorted.length - 1)
  const [lower = 0, upper = 0] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return lower + (place - Math.floor(place)) * (upper - lower)
}

const spansOf = (values: number[]) =>
  values.length === 0 ? null : [percentile(values, 0.5), percentile(values, 0.9)]

const told = fc.record({
  hour: fc.integer({ min: -5, max: 52 }),
  name: fc.constantFrom('shop', 'shop-api', 'cart'),
  environment: fc.constantFrom('production', 'staging'),
  lead: fc.oneof(fc.integer({ min: 0, max: 1_000_000 }), fc.constant(Number.NaN)),
  waited: fc.oneof(fc.integer({ min: 0, max: 1_000_000 }), fc.constant(Number.NaN)),
})
const names = fc.constantFrom(undefined, { text: 'shop', isPrefix: false }, { text: 'shop', isPrefix: true })

it('counts and orders as one who goes through all of them does', async () => {
  const query = {
    from: new Date(START).toISOString(),
    to: new Date(START + 48 * HOUR).toISOString(),
  }
  const check = async (
    days: Told[][],
    name: { text: string; isPrefix: boolean } | undefined,
    environment?: string,
  ) => {
    const starts = [START - 2 * HOUR, START + 24 * HOUR]
    const counted = await countDeployments(days.map(toDay), { ...query, name, environment }, starts)
    const meant = days
      .flat()
      .filter(
        (each) =>
          each.hour >= 0 &&
          each.hour < 48 &&
          (environment === undefined || each.environment === environment) &&
          (!name || (name.isPrefix ? each.name.startsWith(name.text) : each.name === name.text)),
      )
    const leadsOf = (some: Told[]) => some.map(({ lead }) => lead).filter((lead) => !Number.isNaN(lead))
    for (const [numbers, some] of [
      [counted.total, meant],
      [counted.buckets[0], meant.filter(({ hour }) => hour < 24)],
      [counted.buckets[1], meant.filter(({ hour }) => hour >= 24)],
    ] as const) {
      const leads = leadsOf(some)
      expect(numbers).toMatchObject({ deployments: some.length, n: leads.length, spans: spansOf(leads) })
    }
    const waited = meant.map((each) => each.waited).filter((ms) => !Number.isNaN(ms))
    const neverOpen = meant.length - waited.length
    expect(counted.waiting.get(1)).toEqual(
      meant.length === 0 ? undefined : { n: waited.length, neverOpen, spans: spansOf(waited) },
    )
    expect(counted.environments.reduce((sum, { deployments }) => sum + deployments, 0)).toBe(meant.length)
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(told, { maxLength: 30 }), { maxLength: 4 }),
      names,
      fc.constantFrom(undefined, 'production'),
      check,
    ),
  )
})
