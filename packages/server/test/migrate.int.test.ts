import { afterEach, beforeEach, expect, it } from 'vitest'
import { migrate } from '../src/storage/migrate.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase({ template: false })
})
afterEach(() => database.drop())

it('brings an empty database up to date once, also when several servers start at once', async () => {
  await Promise.all(Array.from({ length: 4 }, () => migrate(database.connect(1))))
  const rows = await database
    .connect()
    .query<{ version: number }>('select version from migrations order by version')
  expect(rows.map(({ version }) => version)).toEqual(rows.map((_, index) => index + 1))
  expect(rows.length).toBeGreaterThan(0)
})

it('leaves the tables of the original beside its own alone', async () => {
  const connection = database.connect(1)
  await connection.query('create table public.events (id text primary key, old text)')
  await migrate(connection)
  const columns = await connection.query(
    "select column_name from information_schema.columns where table_schema = 'public' and table_name = 'events'",
  )
  expect(columns).toHaveLength(2)
})

it('refuses a database that is newer than this server', async () => {
  await migrate(database.connect(1))
  await database.connect(1).query("insert into migrations (version, name) values (9999, 'from the future')")
  await expect(migrate(database.connect(1))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})
