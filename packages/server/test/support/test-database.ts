import { type ClonedDatabase, cloneDatabase } from '@epr/testkit'
import { createDatabase, type Database } from '../../src/storage/database.js'
import { toDatabaseLocation } from '../../src/storage/database-url.js'

/** A database of a test file's own, migrated and empty. */
export interface TestDatabase extends ClonedDatabase {
  /** Opens a pool on it, which `drop` closes. */
  connect(maxConnections?: number): Database
}

export function configOf(url: string) {
  const location = toDatabaseLocation(url)
  if (location.kind !== 'server') throw new Error(`EPR_TEST_DB must be a postgres:// URL, and is ${url}`)
  return location.config
}

/** @param template false for an empty database, without even migrations */
export async function createTestDatabase({ template = true } = {}): Promise<TestDatabase> {
  const { url, drop } = await cloneDatabase({ template })
  const pools: Database[] = []
  return {
    url,
    connect(maxConnections = 4) {
      const pool = createDatabase({ config: configOf(url), maxConnections })
      pools.push(pool)
      return pool
    },
    async drop() {
      await Promise.all(pools.map((pool) => pool.close()))
      await drop()
    },
  }
}
