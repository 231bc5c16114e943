import { readdir, readFile } from 'node:fs/promises'
import { EprError } from '@epr/model'
import type { Connection, Database } from './database.js'
import { MIGRATION_LOCK } from './locks.js'

const MIGRATIONS = new URL('./migrations/', import.meta.url)

interface Migration {
  version: number
  name: string
}

/** The migrations that this server knows, by file name: `0001_registry.sql` is version 1. */
async function knownMigrations(): Promise<Migration[]> {
  const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort()
  return names.map((name) => ({ version: Number.parseInt(name, 10), name }))
}

/** The highest version that the database has; makes the place where it is kept when it has none. */
async function currentVersion(connection: Connection): Promise<number> {
  await connection.query('create schema if not exists epr')
  await connection.query(
    `create table if not exists migrations (
       version int primary key, name text not null, applied_at timestamptz not null default now())`,
  )
  const [row] = await connection.query<{ version: number }>(
    'select coalesce(max(version), 0) as version from migrations',
  )
  return row?.version ?? 0
}

async function apply(connection: Connection, { version, name }: Migration): Promise<void> {
  await connection.query(await readFile(new URL(name, MIGRATIONS), 'utf8'))
  await connection.query('insert into migrations (version, name) values ($1, $2)', [version, name])
}

/**
 * Brings the database to this server's version: forward only, all or nothing, and one server at a time when
 * several start at once. Everything lives in the schema `epr`, so that it can share a database with the
 * original's tables.
 *
 * @throws EprError INVALID_ARGUMENT when the database is newer than this server
 */
export async function migrate(database: Database): Promise<void> {
  const migrations = await knownMigrations()
  const newest = migrations.at(-1)?.version
  if (newest === undefined) throw new Error('this build of the server holds no migrations')
  await database.transaction(async (connection) => {
    // To rewrite a large table takes longer than a request may, and so does to wait for a server that does it.
    await connection.query('set local statement_timeout = 0')
    await connection.query('select pg_advisory_xact_lock($1, $2)', [...MIGRATION_LOCK])
    const current = await currentVersion(connection)
    if (current > newest) {
      throw new EprError(
        'INVALID_ARGUMENT',
        `the database is at version ${current} and this server knows versions up to ${newest}: ` +
          'start a server at least as new as the one that has upgraded it',
      )
    }
    for (const migration of migrations) if (migration.version > current) await apply(connection, migration)
  })
}
