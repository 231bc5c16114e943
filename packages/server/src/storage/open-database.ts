import { startEmbeddedPostgres } from '@epr/embedded-postgres'
import { EprError } from '@epr/model'
import type pg from 'pg'
import type { Logger } from 'pino'
import { createDatabase, type Database, type DatabaseOptions } from './database.js'
import { toDatabaseLocation } from './database-url.js'

type Limits = Pick<DatabaseOptions, 'maxConnections' | 'statementTimeoutMs' | 'maxHelpers' | 'isByIndex'>

/** How many statements of answers about many artifacts run at once. */
export const ANSWERS_AT_ONCE = 3

/** Who asks; none of them waits behind another. */
const CLASSES = {
  /** Events and definitions, and what is looked up for them. */
  recording: { maxConnections: 5, statementTimeoutMs: 4_000 },
  /** What clients read, found by an index. */
  reading: { maxConnections: 5, statementTimeoutMs: 5_000 },
  /** Searches for which there is no index: they take what is left of the database, and each no more than one process of it. */
  searching: { maxConnections: 2, statementTimeoutMs: 5_000, maxHelpers: 0 },
  /** The relay, retention and statistics. */
  background: { maxConnections: 4, statementTimeoutMs: 30_000 },
  /** What answers about many artifacts are read from, as it is made: one takes events, the other reads SBOMs. */
  projecting: { maxConnections: 2, statementTimeoutMs: 30_000 },
  /** Those answers: they are dear, and dashboards ask for them again and again. */
  answering: { maxConnections: ANSWERS_AT_ONCE, statementTimeoutMs: 1_000, isByIndex: true },
  /** Who may do what: not to wait for it is what keeps a revoked key out. */
  access: { maxConnections: 1, statementTimeoutMs: 2_000 },
  /** Whether events can be recorded. */
  health: { maxConnections: 1, statementTimeoutMs: 1_000 },
  /** At the start only: migrations take as long as they take. */
  upkeep: { maxConnections: 1, statementTimeoutMs: 0 },
} as const satisfies Record<string, Limits>

/** One database, on connections of their own for each of those who ask. */
export type Databases = Readonly<Record<keyof typeof CLASSES, Database>>

export interface OpenedDatabase {
  databases: Databases
  /** Where the data is, for people; without a password. */
  place: string
  /** Of the embedded one. */
  directory?: string
  /** Closes the connections, and stops the embedded server when there is one. */
  close(): Promise<void>
}

type Opening = Omit<DatabaseOptions, 'applicationName' | keyof Limits>

function createDatabases(options: Opening): Databases {
  const opened = Object.entries(CLASSES).map(([name, limits]) => {
    return [name, createDatabase({ ...options, ...limits, applicationName: `epr-server ${name}` })]
  })
  return Object.fromEntries(opened) as Databases
}

const closeAll = async (databases: Databases): Promise<void> =>
  void (await Promise.all(Object.values(databases).map((database) => database.close())))

/** A wrong password, a missing database and a server that is away all mean that --db has to be looked at. */
export async function assertReachable(database: Database, display: string, flag = '--db'): Promise<void> {
  try {
    await database.query('select 1')
  } catch (error) {
    const cause = error instanceof EprError && error.cause instanceof Error ? error.cause : (error as Error)
    const reason = cause.message || (cause as NodeJS.ErrnoException).code
    throw new EprError(
      'UNAVAILABLE',
      `${flag}: cannot use ${display}: ${reason}: is it running, and are user, password and database right?`,
      { cause },
    )
  }
}

/** Opens what `--db` names: a server, or the embedded PostgreSQL on a directory. */
export async function openDatabase(db: string, log: Logger): Promise<OpenedDatabase> {
  const location = toDatabaseLocation(db)
  const open = (config: pg.ClientConfig) =>
    createDatabases({
      config,
      onIdleError: (error) => log.debug({ err: error }, 'an idle database connection was lost'),
    })
  if (location.kind === 'server') {
    const databases = open(location.config)
    const close = () => closeAll(databases)
    try {
      await assertReachable(databases.upkeep, location.display)
    } catch (error) {
      await close()
      throw error
    }
    return { databases, place: location.display, close }
  }
  const embedded = await startEmbeddedPostgres({ directory: location.directory, log })
  const databases = open(embedded.connection)
  return {
    databases,
    place: `embedded PostgreSQL in ${location.directory}`,
    directory: location.directory,
    async close() {
      await closeAll(databases)
      await embedded.stop()
    },
  }
}
