import { inject } from 'vitest'
import { createDatabase, type Database } from '../../src/storage/database.js'
import { toDatabaseLocation } from '../../src/storage/database-url.js'

/** A database of a test file's own, migrated and empty. */
export interface TestDatabase {
  /** For `--db`. */
  readonly url: string
  /** Opens a pool on it, which `drop` closes. */
  connect(maxConnections?: number): Database
  drop(): Promise<void>
}

function configOf(url: string) {
  const location = toDatabaseLocation(url)
  if (location.kind !== 'server') throw new Error('not a server')
  return location.config
}

function withDatabase(url: string, name: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`)
}

/** @param template false for an empty database, without even migrations */
export async function createTestDatabase({ template = true } = {}): Promise<TestDatabase> {
  const postgresUrl = inject('postgresUrl')
  const name = `epr_test_${crypto.randomUUID().replaceAll('-', '')}`
  const admin = createDatabase({ config: configOf(postgresUrl), maxConnections: 1 })
  await admin.query(`create database ${name}${template ? ` template ${inject('templateDatabase')}` : ''}`)
  const url = withDatabase(postgresUrl, name)
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
      await admin.query(`drop database ${name} with (force)`)
      await admin.close()
    },
  }
}
