import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Connection } from '../src/storage/database.js'
import { MIGRATION_LOCK } from '../src/storage/locks.js'
import { selectMessages } from '../src/storage/messages.js'
import { migrate } from '../src/storage/migrate.js'
import { NUMBER_MESSAGES } from '../src/storage/outbox.js'
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

/** Brings an empty database to where a server that knew no later migrations has left it. */
async function migrateBy(connection: Connection, names: string[]): Promise<void> {
  await connection.query('create schema epr')
  await connection.query('create table migrations (version int primary key, name text not null)')
  for (const name of names) {
    const file = new URL(`../src/storage/migrations/${name}`, import.meta.url)
    await connection.query(await readFile(file, 'utf8'))
    await connection.query('insert into migrations values ($1, $2)', [Number.parseInt(name, 10), name])
  }
}

it('takes the time that it takes, whatever a request may', async () => {
  const connection = database.connect(1)
  await migrate(connection)
  // All that the next migration has to do has been done, but for waiting until another server is done with it.
  const other = database.connect(1)
  await connection.query("set statement_timeout = '200ms'")
  let waiting: Promise<void> | undefined
  await other.transaction(async (held) => {
    await held.query('select pg_advisory_xact_lock($1, $2)', [...MIGRATION_LOCK])
    waiting = migrate(connection)
    await held.query('select pg_sleep(0.5)')
  })
  await waiting
})

it('keeps the messages of a database from before the outbox, each at its cursor', async () => {
  const connection = database.connect(1)
  await migrateBy(connection, ['0001_registry.sql', '0002_record_events.sql'])
  await connection.query(`
    insert into event_receivers values
      ('R1', 'left', 'left.done', '1', 'd', 'true', 'f', now()), ('R2', 'right', 'right.done', '1', 'd', 'true', 'f', now());
    insert into event_receiver_groups values ('G', 'gate', 'gate.open', '1', 'd', true, now(), now());
    insert into event_receiver_group_members values ('G', 'R1', 1), ('G', 'R2', 2);
    insert into events (id, nvrpp, name, version, release, platform_id, package, description, payload, payload_bytes,
                        success, event_receiver_id, created_at)
    values ('E', 'n', 'n', '1', '1', 'p', 'k', 'd', '{}', 2, true, 'R2', now());
    insert into messages (cursor, numbered_at, kind, type, event_id, event_receiver_id, group_id, group_enabled, group_updated_at)
    values (3, now(), 'receiver', 'epr.event.receiver.created', null, 'R1', null, null, null),
           (5, now(), 'event', 'right.done', 'E', 'R2', null, null, null),
           (6, now(), 'complete', 'gate.open', 'E', null, 'G', true, now()),
           (null, null, 'modified', 'epr.event.receiver.group.modified', null, null, 'G', false, now());
  `)
  await migrate(connection)
  const { messages, next } = await selectMessages(connection, { after: '0', limit: 10 })
  expect(next).toBe('6')
  expect(
    messages.map((m) => [m.cursor, m.kind, m.type, m.event_id, m.event_receiver_id, m.group_id]),
  ).toEqual([
    ['3', 'receiver', 'epr.event.receiver.created', null, 'R1', null],
    ['5', 'event', 'right.done', 'E', 'R2', null],
    ['6', 'complete', 'gate.open', 'E', 'R2', 'G'],
  ])
  await connection.query(NUMBER_MESSAGES, [10])
  const later = await selectMessages(connection, { after: next, limit: 10 })
  expect(later.messages.map((m) => [m.cursor, m.kind, m.group_id, m.group_enabled])).toEqual([
    ['7', 'modified', 'G', false],
  ])
  const others = await connection.query(
    'select event_receiver_id as id, others from event_receiver_group_members order by position',
  )
  expect(others).toEqual([
    { id: 'R1', others: ['R2'] },
    { id: 'R2', others: ['R1'] },
  ])
})
