import { EprError } from '@epr/model'
import type { Logger } from 'pino'
import type { ImportConfig } from '../config/config.js'
import { createDatabase, type Database } from '../storage/database.js'
import { toDatabaseLocation } from '../storage/database-url.js'
import { analyzeEvents } from '../storage/events.js'
import { migrate } from '../storage/migrate.js'
import { assertReachable, openDatabase } from '../storage/open-database.js'
import { resetProjection } from '../storage/projections.js'
import { assertServer } from '../storage/server-version.js'
import { type ImportCount, type ImportResult, importOriginal } from './import-original.js'

async function openSource(source: string): Promise<Database> {
  const location = toDatabaseLocation(source)
  if (location.kind !== 'server') {
    throw new EprError(
      'INVALID_ARGUMENT',
      `source: ${source} is not a postgres://… URL: name the database that the original server writes`,
    )
  }
  const database = createDatabase({ config: location.config, maxConnections: 2 })
  try {
    await assertReachable(database, location.display, 'source')
  } catch (error) {
    await database.close()
    throw error
  }
  return database
}

const inWords = ({ found, imported }: ImportCount, noun: string): string => `${imported} of ${found} ${noun}`

/** What was new, in one line. */
export function describeImport({ receivers, groups, events }: ImportResult): string {
  const parts = [inWords(receivers, 'receivers'), inWords(groups, 'groups'), inWords(events, 'events')]
  return `imported ${parts.join(', ')}; the others were here already`
}

/** `epr-server import`: brings the target up to date, copies, and makes its statistics. @throws EprError */
export async function runImport({ source, config }: ImportConfig, log: Logger): Promise<ImportResult> {
  const from = await openSource(source)
  try {
    const to = await openDatabase(config.db, log)
    try {
      const { upkeep } = to.databases
      await assertServer(upkeep)
      await migrate(upkeep)
      const result = await importOriginal({ source: from, target: upkeep, log })
      await analyzeEvents(upkeep)
      // No message says what was imported.
      await resetProjection(upkeep)
      return result
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}
