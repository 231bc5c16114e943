import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { EprError } from '@epr/model'
import type { Connection, Database } from './database.js'
import { MIGRATION_LOCK } from './locks.js'

const MIGRATIONS = new URL('./migrations/', import.meta.url)
const FUNCTIONS = new URL('./functions/', import.meta.url)

/** Brings a database of the last layout before the first release to that of the first migration here. */
const FROM_BEFORE = { version: 4, name: 'from_0004.sql' }

interface Migration {
  version: number
  name: string
}

async function sqlFiles(folder: URL): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
}

/** The migrations that this server knows, by file name: `0005_registry.sql` is version 5, and makes all of it. */
async function knownMigrations(): Promise<Migration[]> {
  const numbered = (await sqlFiles(MIGRATIONS)).filter((name) => /^\d/.test(name))
  return numbered.map((name) => ({ version: Number.parseInt(name, 10), name }))
}

/** The highest version that the database has, 0 when it is new; makes the tables in which that is kept. */
async function currentVersion(connection: Connection): Promise<number> {
  await connection.query('create schema if not exists epr')
  await connection.query(
    `create table if not exists migrations (
       version int primary key, name text not null, applied_at timestamptz not null default now());
     create table if not exists functions (
       name text primary key, hash text not null, applied_at timestamptz not null default now())`,
  )
  const [row] = await connection.query<{ version: number }>(
    'select coalesce(max(version), 0) as version from migrations',
  )
  return row?.version ?? 0
}

/** What a database needs to come to this server's version. @throws EprError INVALID_ARGUMENT when there is no way */
function pendingMigrations(known: readonly Migration[], current: number): Migration[] {
  const [first, ...later] = known
  const newest = known.at(-1)
  if (!first || !newest) throw new Error('this build of the server holds no migrations')
  if (current > newest.version) {
    throw new EprError(
      'INVALID_ARGUMENT',
      `the database is at version ${current} and this server knows versions up to ${newest.version}: ` +
        'start a server at least as new as the one that has upgraded it',
    )
  }
  if (current === 0) return [...known]
  if (current === FROM_BEFORE.version) return [{ ...first, name: FROM_BEFORE.name }, ...later]
  if (current >= first.version) return later.filter(({ version }) => version > current)
  throw new EprError(
    'INVALID_ARGUMENT',
    `the database is at version ${current}, from before the first release, and this server goes on from version ` +
      `${FROM_BEFORE.version}: start the last server from before the release on it once`,
  )
}

async function apply(connection: Connection, { version, name }: Migration): Promise<void> {
  await connection.query(await readFile(new URL(name, MIGRATIONS), 'utf8'))
  await connection.query('insert into migrations (version, name) values ($1::int, $2::text)', [version, name])
}

/**
 * Defines what PostgreSQL runs, where it is not what the files say. Two servers may share a database while one replaces
 * the other, so a function whose parameters change takes a new name.
 */
async function applyFunctions(connection: Connection): Promise<void> {
  const applied = await connection.query<{ name: string; hash: string }>('select name, hash from functions')
  const hashes = new Map(applied.map(({ name, hash }) => [name, hash]))
  for (const name of await sqlFiles(FUNCTIONS)) {
    const sql = await readFile(new URL(name, FUNCTIONS), 'utf8')
    const hash = createHash('sha256').update(sql).digest('hex')
    if (hashes.get(name) === hash) continue
    await connection.query(sql)
    await connection.query(
      `insert into functions (name, hash) values ($1::text, $2::text)
       on conflict (name) do update set hash = excluded.hash, applied_at = now()`,
      [name, hash],
    )
  }
}

/**
 * Brings the database to this server's version: forward only, all or nothing, and one server at a time when
 * several start at once. Everything lives in the schema `epr`, so that it can share a database with the
 * original's tables.
 *
 * @throws EprError INVALID_ARGUMENT when the database is newer than this server, or older than it can bring along
 */
export async function migrate(database: Database): Promise<void> {
  const migrations = await knownMigrations()
  await database.transaction(async (connection) => {
    // To rewrite a large table takes longer than a request may, and so does to wait for a server that does it.
    await connection.query('set local statement_timeout = 0')
    await connection.query('select pg_advisory_xact_lock($1::int, $2::int)', [...MIGRATION_LOCK])
    const current = await currentVersion(connection)
    for (const migration of pendingMigrations(migrations, current)) await apply(connection, migration)
    await applyFunctions(connection)
  })
}
