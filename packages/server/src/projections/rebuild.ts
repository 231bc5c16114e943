import type { Logger } from 'pino'
import type { Config } from '../config/config.js'
import { migrate } from '../storage/migrate.js'
import { openDatabase } from '../storage/open-database.js'
import { resetProjection } from '../storage/projections.js'
import { assertServer } from '../storage/server-version.js'

/**
 * Marks the projections of a database as old: whoever leads empties them, and makes them again from the events.
 *
 * @throws EprError with what is wrong with the database
 */
export async function requestRebuild({ db }: Pick<Config, 'db'>, log: Logger): Promise<void> {
  const opened = await openDatabase(db, log)
  try {
    const { upkeep } = opened.databases
    await assertServer(upkeep)
    await migrate(upkeep)
    await resetProjection(upkeep)
  } finally {
    await opened.close()
  }
}
