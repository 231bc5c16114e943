import { afterEach, beforeEach, expect, it } from 'vitest'
import { numberMessages, selectOutboxFacts } from '../src/storage/outbox.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

let test: TestDatabase
beforeEach(async () => {
  test = await createTestDatabase()
})
afterEach(() => test.drop())

it('numbers a backlog in steps that do not grow with it, also when statistics know of none', async () => {
  const database = test.connect()
  // As autovacuum sees it on most days: everything is numbered.
  await database.query(`insert into outbox (kind, size, types, first_cursor, numbered_at)
    select 'group', 1, '{t}', cursor, now() from generate_series(1, 1000) as cursor`)
  await database.query('vacuum analyze outbox')
  await database.query(`insert into outbox (kind, size, types)
    select 'events', 2, '{t,t}' from generate_series(1, 5000)`)
  const touched = await database.transaction(async (connection) => {
    expect(await numberMessages(connection, '0', 100)).toBe(100)
    const [row] = await connection.query<{ touched: number }>(
      "select (seq_tup_read + idx_tup_fetch)::int as touched from pg_stat_xact_user_tables where relname = 'outbox'",
    )
    return row?.touched
  })
  expect(touched).toBeLessThan(2_000)
  const [left] = await database.query('select min(id) as id from outbox where first_cursor is null')
  expect(left).toEqual({ id: '1101' })
  // Two messages each, without a gap.
  const [places] = await database.query(
    'select min(first_cursor) as first, max(first_cursor + size - 1) as last from outbox where id between 1001 and 1100',
  )
  expect(places).toEqual({ first: '1001', last: '1200' })
})

it('says how old the oldest message is that is not on the topic, also when others of its commit are', async () => {
  const database = test.connect()
  await database.query(`insert into outbox (kind, size, types, first_cursor, numbered_at) values
    ('events', 3, '{t,t,t}', 1, now() - interval '3 minutes'), ('events', 2, '{t,t}', 4, now() - interval '1 minute')`)
  await database.query("insert into relays (topic, published_cursor) values ('topic', 0)")
  const ageAt = async (cursor: number) => {
    await database.query('update relays set published_cursor = $1', [cursor])
    return Math.round((await selectOutboxFacts(database, 'topic')).age_s)
  }
  expect([await ageAt(0), await ageAt(2), await ageAt(3), await ageAt(4), await ageAt(5)]).toEqual([
    180, 180, 60, 60, 0,
  ])
  expect(await selectOutboxFacts(database, undefined)).toEqual({ unnumbered: 0, age_s: 0 })
})
