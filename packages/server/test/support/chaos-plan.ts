import fc from 'fast-check'

/** What can go wrong with a server, its network, and the database. */
const SERVER_FAULTS = ['hole', 'forget', 'cut', 'delay', 'stop', 'kill', 'restart', 'clock'] as const
const DATABASE_FAULTS = ['freeze', 'crash', 'fill'] as const

export type FaultKind = (typeof SERVER_FAULTS)[number] | (typeof DATABASE_FAULTS)[number]

export interface Fault {
  kind: FaultKind
  /** When it begins, from the start, milliseconds. */
  atMs: number
  lastsMs: number
  /** Which server it happens to, where it does to one. */
  server: number
}

export interface ChaosOptions {
  seed: number
  seconds: number
  servers: number
  /** Whether the database's disk can be filled. */
  canFill: boolean
}

/** On average one fault in so many milliseconds. */
const MS_PER_FAULT = 2_000
const QUIET_START_MS = 2_000

/** What happens when: the same for a seed, wherever and however often it is asked for. */
export function planChaos({ seed, seconds, servers, canFill }: ChaosOptions): Fault[] {
  const lengthMs = seconds * 1_000
  const onDatabase = DATABASE_FAULTS.filter((kind) => kind !== 'fill' || canFill)
  const fault = fc.record({
    kind: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...SERVER_FAULTS) },
      { weight: 1, arbitrary: fc.constantFrom(...onDatabase) },
    ),
    atMs: fc.integer({ min: QUIET_START_MS, max: lengthMs }),
    lastsMs: fc.integer({ min: 100, max: Math.min(15_000, lengthMs / 2) }),
    server: fc.nat(servers - 1),
  })
  const count = Math.ceil(lengthMs / MS_PER_FAULT)
  const plans = fc.sample(fc.array(fault, { minLength: count, maxLength: count }), { seed, numRuns: 1 })
  return plans.flat().sort((a, b) => a.atMs - b.atMs)
}
