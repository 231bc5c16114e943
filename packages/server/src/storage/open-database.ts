import { startEmbeddedPostgres } from '@epr/embedded-postgres'
import { EprError } from '@epr/model'
import type { Logger } from 'pino'
import { createDatabase, type Database } from './database.js'
import { toDatabaseLocation } from './database-url.js'

export interface OpenedDatabase {
  database: Database
  /** Where the data is, for people; without a password. */
  place: string
  /** Closes the pool, and stops the embedded server when there is one. */
  close(): Promise<void>
}

/** A wrong password, a missing database and a server that is away all mean that --db has to be looked at. */
export async function assertReachable(database: Database, display: string, flag = '--db'): Promise<void> {
  try {
    await database.query('select 1')
  } catch (error) {
    await database.close()
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
  const onIdleError = (error: Error) => log.debug({ err: error }, 'an idle database connection was lost')
  if (location.kind === 'server') {
    const database = createDatabase({ config: location.config, onIdleError })
    await assertReachable(database, location.display)
    return { database, place: location.display, close: () => database.close() }
  }
  const embedded = await startEmbeddedPostgres({ directory: location.directory, log })
  const database = createDatabase({ config: embedded.connection, onIdleError })
  return {
    database,
    place: `embedded PostgreSQL in ${location.directory}`,
    async close() {
      await database.close()
      await embedded.stop()
    },
  }
}
