import { readdir, readFile } from 'node:fs/promises'
import { waitFor } from '@epr/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Connection } from '../src/storage/database.js'
import { LeaseLostError, readLease, takeLease } from '../src/storage/lease.js'
import { MIGRATION_LOCK } from '../src/storage/locks.js'
import { selectMessages } from '../src/storage/messages.js'
import { migrate } from '../src/storage/migrate.js'
import { numberMessages } from '../src/storage/outbox.js'
import { dumpSchema } from './support/dump-schema.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

/** As a server of the versions before numbers messages. */
const NUMBER_AS_BEFORE = `
  with last as materialized (
    select greatest(removed_cursor, (select max(first_cursor + size - 1) from outbox)) as cursor from retention
  ), next as materialized (
    select ctid as place, sum(size) over (order by id) - size as before
    from outbox where first_cursor is null order by id limit 10
  )
  update outbox o set first_cursor = last.cursor + next.before + 1, numbered_at = clock_timestamp()
  from last, next where o.ctid = next.place`

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
  expect(rows.map(({ version }) => version)).toEqual(rows.map((_, index) => index + 5))
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

/** The layout that the last servers before the first release have left behind. */
const LAYOUT_4 = new URL('./support/layout-4/', import.meta.url)

/** Brings an empty database to where such a server has left it, or one before it. */
async function migrateBefore(connection: Connection, version = 4): Promise<void> {
  await connection.query('create schema epr')
  await connection.query(
    `create table migrations (
       version int primary key, name text not null, applied_at timestamptz not null default now())`,
  )
  for (const name of (await readdir(LAYOUT_4)).sort().slice(0, version)) {
    await connection.query(await readFile(new URL(name, LAYOUT_4), 'utf8'))
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
    // Until the server has let the migration wait for longer than a statement may.
    await waitFor('the migration to wait', async () => {
      const [row] = await held.query<{ waited: boolean }>(
        `select coalesce(bool_or(clock_timestamp() - query_start > interval '300 ms'), false) as waited
         from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`,
      )
      return row?.waited === true
    })
  })
  await waiting
})

it('makes the schema that stands in schema.sql', async () => {
  const connection = database.connect(1)
  await migrate(connection)
  await expect(await dumpSchema(connection)).toMatchFileSnapshot('../src/storage/schema.sql')
})

it('brings a database of the layout before the first release to the same schema, with all that it holds', async () => {
  const connection = database.connect(1)
  await migrateBefore(connection)
  await connection.query(`
    insert into event_receivers values
      ('R1', 'left', 'left.done', '1', 'd', 'true', 'f', now()), ('R2', 'right', 'right.done', '1', 'd', 'true', 'f', now());
    insert into event_receiver_groups values ('G', 'gate', 'gate.open', '1', 'd', true, now(), now());
    insert into event_receiver_group_members values ('G', 'R1', 1, '{R2}'), ('G', 'R2', 2, '{R1}');
    select record_events(
      '[["E1", "k", "n", "1", "1", "p", "k", "d", "{}", true, "R1", "2026-11-01T00:00:00Z", "left.done"],
        ["E2", "k", "n", "1", "1", "p", "k", "d", "{}", true, "R2", "2026-11-01T00:00:00Z", "right.done"]]',
      null, '{R1,R2}', '{}', '{}', '{}');
  `)
  await connection.query(NUMBER_AS_BEFORE)
  await migrate(connection)
  const { messages } = await selectMessages(connection, { after: '0', limit: 10 })
  expect(messages.map((m) => [m.cursor, m.kind, m.type, m.event_id, m.group_id])).toEqual([
    ['1', 'event', 'left.done', 'E1', null],
    ['2', 'event', 'right.done', 'E2', null],
    ['3', 'complete', 'gate.open', 'E2', 'G'],
  ])

  const fresh = await createTestDatabase({ template: false })
  try {
    await migrate(fresh.connect(1))
    expect(await dumpSchema(connection)).toBe(await dumpSchema(fresh.connect(1)))
  } finally {
    await fresh.drop()
  }
})

it('refuses a layout from further back, and says what to do', async () => {
  await migrateBefore(database.connect(1), 2)
  await expect(migrate(database.connect(1))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

it('defines a function anew where it is not what its file says, and else leaves it alone', async () => {
  const connection = database.connect(1)
  await migrate(connection)
  const definedAt = () => connection.query('select name, applied_at from functions order by name')
  const before = await definedAt()
  await migrate(connection)
  expect(await definedAt()).toEqual(before)
  await connection.query("update functions set hash = 'of another server' where name = 'cursor_before.sql'")
  await connection.query('drop function cursor_before(timestamptz)')
  await migrate(connection)
  expect(await connection.query('select cursor_before(now())::text as cursor')).toEqual([{ cursor: '0' }])
})

it('refuses what a server of the version before numbers, and what is numbered with a token that is too old', async () => {
  const connection = database.connect(1)
  await migrate(connection)
  await connection.query("insert into outbox (kind, size, types) values ('group', 1, '{t}')")
  await expect(connection.query(NUMBER_AS_BEFORE)).rejects.toThrow('another server numbers the messages')
  const seen = await readLease(connection)
  const token = (await takeLease(connection, seen)) ?? ''
  expect(await takeLease(connection, seen)).toBeUndefined()
  await expect(numberMessages(connection, seen.token, 10)).rejects.toThrow(LeaseLostError)
  expect(await numberMessages(connection, token, 10)).toBe(1)
})
