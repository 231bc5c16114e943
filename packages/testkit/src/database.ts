import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@epr/embedded-postgres'
import pg from 'pg'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the maintenance database of the one PostgreSQL that all test files share. */
    postgresUrl: string
    /** Name of the migrated database that every other one is cloned from. */
    templateDatabase: string
  }
}

/** A PostgreSQL for a run of tests. */
export interface TestPostgres {
  readonly url: string
  close(): Promise<void>
}

const silent = { info() {}, warn() {}, error() {} }

/** The one that EPR_TEST_DB names, or an embedded one, which goes with its data: so it need not reach the disk. */
export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env.EPR_TEST_DB
  if (given) return { url: given, close: async () => {} }
  const directory = await mkdtemp(join(tmpdir(), 'epr-test-db-'))
  const settings = { fsync: 'off', full_page_writes: 'off' }
  const postgres = await startEmbeddedPostgres({ directory, log: silent, settings })
  const { host, port, user, database } = postgres.connection
  return {
    url: `postgres://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`,
    async close() {
      await postgres.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** A database of a test file's own. */
export interface ClonedDatabase {
  /** For `--db`. */
  readonly url: string
  drop(): Promise<void>
}

/** The URL of another database of the same PostgreSQL. */
export function withDatabase(url: string, name: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`)
}

/** The rows of a statement, over a connection of its own. */
export async function queryRows<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  // Whoever asks is told by the statement; PostgreSQL may also go away after its answer.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

export const execute = async (url: string, sql: string): Promise<void> => void (await queryRows(url, sql))

/** @param template false for an empty database, without even migrations */
export async function cloneDatabase({ template = true } = {}): Promise<ClonedDatabase> {
  const postgresUrl = inject('postgresUrl')
  const name = `epr_test_${crypto.randomUUID().replaceAll('-', '')}`
  const clause = template ? ` template ${inject('templateDatabase')}` : ''
  await execute(postgresUrl, `create database ${name}${clause}`)
  return {
    url: withDatabase(postgresUrl, name),
    drop: () => execute(postgresUrl, `drop database ${name} with (force)`),
  }
}
