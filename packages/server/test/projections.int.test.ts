import { toJsonText } from '@epr/model'
import fc from 'fast-check'
import { afterAll, beforeAll, it } from 'vitest'
import type { Database } from '../src/storage/database.js'
import { insertEvents } from '../src/storage/events.js'
import { insertMessage } from '../src/storage/outbox.js'
import {
  beginProjection,
  projectDeliveries,
  projectGroups,
  projectHistory,
  projectMessages,
  resetProjection,
} from '../src/storage/projections.js'
import { addGroup, addReceiver, toNewEvent } from './support/gate-world.js'
import { expectTruth } from './support/projection-truth.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

/** What the receivers are to the rules. */
const TYPES = ['built', 'scanned', 'deployed', 'deployed.too', 'failed', 'restored', 'merged'] as const
const RECEIVERS = TYPES.length
/** Rules that differ in what they say of the receivers, and of the environment. */
const RULES = [
  { deployment: ['deployed'], failure: ['failed'], restored: ['restored'], change: ['merged'] },
  {
    deployment: ['deployed', 'deployed.too'],
    failure: ['scanned', 'failed'],
    restored: ['restored'],
    change: [],
  },
] as const
const DAY_MS = 86_400_000
const START = Date.UTC(2026, 9, 24, 22)

const eventArbitrary = fc.record({
  line: fc.nat(1),
  version: fc.nat(3),
  receiver: fc.nat(RECEIVERS - 1),
  success: fc.oneof(
    { weight: 3, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
  // Clocks of servers differ.
  skewMs: fc.integer({ min: -5_000, max: DAY_MS }),
  payload: fc.constantFrom(
    'null',
    '{"ok": true}',
    '{"subject":{"id":"i1"}}',
    '{"subject":{"id":"i2"}}',
    '{"subject":{"id":"i1","content":{"environment":{"id":"staging"}}}}',
  ),
})
type Given = typeof eventArbitrary extends fc.Arbitrary<infer T> ? T : never

const stepArbitrary = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('record'),
      events: fc.array(eventArbitrary, { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('number'), limit: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('messages'), limit: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('history'), limit: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('groups'), limit: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('deliveries'), limit: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rules'), place: fc.nat(RULES.length - 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('group'),
      receivers: fc.uniqueArray(fc.nat(RECEIVERS - 1), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'die' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'forget' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'rebuild' as const }) },
)
type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never

let testDatabase: TestDatabase
let database: Database
beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = testDatabase.connect(2)
})
afterAll(() => testDatabase.drop())

async function number(limit = 1_000): Promise<void> {
  await database.query('select number_messages(token, $1::int) from leader_lease', [limit])
}

/** What takes every message out of the outbox, whether anybody has read it or not. */
async function forget(): Promise<void> {
  await database.query(
    `with gone as (delete from outbox where first_cursor is not null returning first_cursor + size - 1 as cursor)
     update retention set removed_cursor = greatest(removed_cursor, (select max(cursor) from gone))`,
  )
}

async function clear(): Promise<void> {
  await database.query(
    `truncate events, outbox, event_receivers, event_receiver_groups, event_receiver_group_members;
     update retention set removed_cursor = 0; update projection set version = 0, cursor = 0`,
  )
}

async function addRules(place: number): Promise<void> {
  const rules = {
    ...RULES[place],
    environment: { pointers: ['/none', '/subject/content/environment/id'], default: `default${place}` },
    incident: { types: ['fail*', 'restored'], pointers: ['/subject/id'] },
  }
  await database.query(
    'insert into delivery_rules (version, rules) select max(version) + 1, $1::json from delivery_rules',
    [JSON.stringify(rules)],
  )
}

async function projectAll(): Promise<void> {
  await number()
  if ((await projectMessages(database, 1_000)) === undefined) await beginProjection(database)
  for (const step of [projectMessages, projectHistory, projectGroups, projectDeliveries])
    while (((await step(database, 3)) ?? 0) > 0);
}

/** Receivers and groups, and what was recorded at them. */
async function createWorld(receiverIds: readonly string[]) {
  const groups = new Map<string, readonly string[]>()
  let recorded = 0

  async function record(events: readonly Given[]): Promise<void> {
    const rows = events.map(({ line, version, receiver, success, skewMs, payload }) => ({
      ...toNewEvent({ nvrpp: `line${line}`, receiver: receiverIds[receiver] ?? '', success }),
      version: String(version),
      payload: toJsonText(payload),
      created_at: new Date(START + recorded++ * 1_000 + skewMs).toISOString(),
    }))
    await insertEvents(database, [{ events: rows }])
  }

  async function makeGroup(members: readonly number[]): Promise<void> {
    const ids = members.map((place) => receiverIds[place] ?? '')
    const id = await addGroup(database, ids, true)
    groups.set(id, ids)
    await insertMessage(database, { kind: 'group', type: 't', group_id: id, actor_id: undefined })
  }

  return { groups, record, makeGroup }
}
type World = Awaited<ReturnType<typeof createWorld>>

async function take(step: Step, world: World): Promise<void> {
  switch (step.do) {
    case 'record':
      return world.record((step as { events: Given[] }).events)
    case 'group':
      return world.makeGroup((step as { receivers: number[] }).receivers)
    case 'number':
      return number((step as { limit: number }).limit)
    case 'messages': {
      if ((await projectMessages(database, (step as { limit: number }).limit)) === undefined)
        await beginProjection(database)
      return
    }
    case 'history':
      return void (await projectHistory(database, (step as { limit: number }).limit))
    case 'groups':
      return void (await projectGroups(database, (step as { limit: number }).limit))
    case 'deliveries':
      return void (await projectDeliveries(database, (step as { limit: number }).limit))
    case 'rules':
      return addRules((step as { place: number }).place)
    case 'die': {
      const dying = database.transaction(async (connection) => {
        await projectMessages(connection, 2)
        await projectHistory(connection, 2)
        throw new Error('killed')
      })
      return void (await dying.catch(() => undefined))
    }
    case 'forget':
      return forget()
    case 'rebuild':
      return resetProjection(database)
  }
}

it('are what the events say, whatever came between and wherever they were cut off', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uniqueArray(fc.nat(RECEIVERS - 1), { minLength: 1, maxLength: 4 }), { maxLength: 2 }),
      fc.array(stepArbitrary, { minLength: 5, maxLength: 40 }),
      async (before, steps) => {
        await clear()
        const receivers: string[] = []
        await addRules(0)
        for (const type of TYPES) receivers.push(await addReceiver(database, type))
        const world = await createWorld(receivers)
        for (const members of before) await world.makeGroup(members)
        for (const step of steps) await take(step, world)
        await projectAll()
        await expectTruth(database, world.groups)
      },
    ),
    { numRuns: 150 },
  )
})
