import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Principal } from '../src/access/principal.js'
import { createGateStatus } from '../src/registry/gate-status.js'
import type { Database } from '../src/storage/database.js'
import { insertEvents } from '../src/storage/events.js'
import { updateGroupEnabled } from '../src/storage/groups.js'
import { nvrppHash } from '../src/storage/nvrpp-hash.js'
import { createGateOracle, type OracleEvent, type OracleGroup } from './support/gate-oracle.js'
import { addGroup, addReceiver, COMPLETIONS, readCompletions, toNewEvent } from './support/gate-world.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

let testDatabase: TestDatabase
let database: Database
beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = testDatabase.connect(8)
})
afterAll(() => testDatabase.drop())

/** 100 worlds of 100 artifacts each: every artifact's events are one history. */
const WORLDS = 100
const ARTIFACTS = 100
const RECEIVERS = 4

const groupArbitrary = fc.record({
  receivers: fc.uniqueArray(fc.nat(RECEIVERS - 1), { minLength: 1, maxLength: RECEIVERS }),
  enabled: fc.boolean(),
})

const eventArbitrary = fc.record({
  artifact: fc.nat(ARTIFACTS - 1),
  receiver: fc.nat(RECEIVERS - 1),
  success: fc.oneof(
    { weight: 3, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
})

const worldArbitrary = fc.record({
  before: fc.array(groupArbitrary, { minLength: 1, maxLength: 3 }),
  after: fc.array(groupArbitrary, { maxLength: 2 }),
  toggled: fc.boolean(),
  // Every artifact gets events in both halves, so that every one is a history that spans the change.
  firstHalf: fc.array(eventArbitrary, { minLength: 300, maxLength: 400 }),
  secondHalf: fc.array(eventArbitrary, { minLength: 300, maxLength: 400 }),
  flushSizes: fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 3, maxLength: 12 }),
})

type World = typeof worldArbitrary extends fc.Arbitrary<infer T> ? T : never

const everyArtifact = Array.from({ length: ARTIFACTS }, (_, artifact) => ({
  artifact,
  receiver: 0,
  success: true,
}))

/** Divides into flushes of the given sizes, again and again. */
function toFlushes<T>(items: T[], sizes: number[]): T[][] {
  const flushes: T[][] = []
  for (let start = 0, turn = 0; start < items.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    flushes.push(items.slice(start, start + size))
    start += size
  }
  return flushes
}

const principal: Principal = {
  id: 'test',
  kind: 'key',
  label: 'the key test',
  isKnown: true,
  actor: undefined,
  grants: [{ verb: 'read' }],
}
const call = { principal, requestId: 'test' }

/** Of the artifacts of a world so many are asked for at every group: each is a question of its own. */
const ASKED = 10

interface Played {
  expected: string[]
  actual: string[]
}

/** Plays a world through the database, in flushes, and through the oracle, one by one. */
async function play(world: World): Promise<Played> {
  const name = crypto.randomUUID()
  const receivers: string[] = []
  while (receivers.length < RECEIVERS) receivers.push(await addReceiver(database))
  const oracle = createGateOracle()
  const groups: OracleGroup[] = []
  const expected: string[] = []
  const sent = (await readCompletions(database)).length

  async function addGroups(specs: World['before']): Promise<void> {
    for (const { receivers: indexes, enabled } of specs) {
      const members = indexes.map((index) => receivers[index] ?? '')
      groups.push({ id: await addGroup(database, members, enabled), enabled, receivers: members })
    }
    oracle.setGroups(groups)
  }

  async function submit(events: World['firstHalf']): Promise<void> {
    const all = events.map(({ artifact, receiver, success }): OracleEvent => {
      return { nvrpp: `${name}-${artifact}`, receiver: receivers[receiver] ?? '', success }
    })
    for (const flush of toFlushes(all, world.flushSizes)) {
      const rows = flush.map(toNewEvent)
      for (const [index, event] of flush.entries()) {
        for (const { id, repeated } of oracle.submit(event))
          expected.push(`${rows[index]?.id} ${id} ${repeated}`)
      }
      // One unit an event, as single requests come.
      await insertEvents(
        database,
        rows.map((row) => ({ events: [row] })),
      )
    }
  }

  await addGroups(world.before)
  await submit([...everyArtifact, ...world.firstHalf])
  await addGroups(world.after)
  const [first] = groups
  if (world.toggled && first) {
    first.enabled = !first.enabled
    await updateGroupEnabled(database, first.id, first.enabled)
  }
  await submit([...world.secondHalf, ...everyArtifact])
  const completions = (await readCompletions(database)).slice(sent)
  const actual = completions.map(({ event, group, repeated }) => `${event} ${group} ${repeated}`)

  const gateStatus = createGateStatus(database)
  for (const group of groups) {
    for (let artifact = 0; artifact < ASKED; artifact++) {
      const {
        name: unit,
        version,
        release,
        platform_id,
        package: pkg,
      } = toNewEvent({
        nvrpp: `${name}-${artifact}`,
        receiver: '',
        success: true,
      })
      const status = await gateStatus(
        group.id,
        { name: unit, version, release, platform_id, package: pkg },
        call,
      )
      actual.push(JSON.stringify([status.state, status.receivers.map(({ state }) => state)]))
      const { state, receivers: states } = oracle.status(group, unit)
      expected.push(JSON.stringify([state, states]))
    }
  }
  return { expected, actual }
}

describe('gates', () => {
  it('decide in flushes exactly as one by one, over 10,000 random histories, and say so when asked', {
    timeout: 120_000,
  }, async () => {
    let completions = 0
    await fc.assert(
      fc.asyncProperty(worldArbitrary, async (world) => {
        const { expected, actual } = await play(world)
        completions += actual.length
        expect(actual).toEqual(expected)
      }),
      { numRuns: WORLDS, endOnFailure: true },
    )
    expect(completions).toBeGreaterThan(WORLDS * ARTIFACTS)
  })

  it('complete exactly once when two events race, over 1,000 pairs on 4 connections with overlapping flushes', {
    timeout: 120_000,
  }, async () => {
    const [left, right] = [await addReceiver(database), await addReceiver(database)]
    const group = await addGroup(database, [left, right], true)
    const pairs = 1_000
    const flushPairs = 5
    for (let start = 0; start < pairs; start += flushPairs * 2) {
      // Two flushes each way at once: they share artifacts, in opposite order.
      const names = Array.from({ length: flushPairs * 2 }, (_, index) => `race-${start + index}`)
      const flushOf = (receiver: string, nvrpps: string[]) =>
        insertEvents(
          database,
          nvrpps.map((nvrpp) => ({ events: [toNewEvent({ nvrpp, receiver, success: true })] })),
        )
      const half = names.slice(0, flushPairs)
      const rest = names.slice(flushPairs)
      await Promise.all([
        flushOf(left, half),
        flushOf(right, [...half].reverse()),
        flushOf(left, [...rest].reverse()),
        flushOf(right, rest),
      ])
    }
    const rows = await database.query<{ name: string; count: number; at_later: number }>(
      `select e.name, count(*)::int as count,
              count(*) filter (where e.seq = (select max(seq) from events x where x.nvrpp = e.nvrpp))::int as at_later
       from ${COMPLETIONS} as c join events e on e.id = c.event_id
       where c.group_id = $1 group by e.name`,
      [group],
    )
    expect(rows).toHaveLength(pairs)
    expect(rows.filter(({ count, at_later }) => count !== 1 || at_later !== 1)).toEqual([])
  })

  it('keep an artifact under the hash that they are asked by, whatever stands in its name', async () => {
    const receiver = await addReceiver(database)
    const names = [
      'plain',
      'a "quoted" \\ one',
      'tab\tand\nline\u0001',
      'Größe 日本 😀',
      '{"a":[1]}',
      "o'clock",
      '\u2028\u007f/',
    ]
    const events = names.map((nvrpp) => toNewEvent({ nvrpp, receiver, success: true }))
    await insertEvents(database, [{ events }])
    const stored = await database.query<{ name: string; nvrpp: Buffer }>(
      'select name, nvrpp from events where event_receiver_id = $1 order by seq',
      [receiver],
    )
    expect(stored).toEqual(events.map((event) => ({ name: event.name, nvrpp: nvrppHash(event) })))
  })
})
