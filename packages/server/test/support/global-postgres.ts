import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@epr/embedded-postgres'
import type { TestProject } from 'vitest/node'
import { createDatabase } from '../../src/storage/database.js'
import { toDatabaseLocation } from '../../src/storage/database-url.js'
import { migrate } from '../../src/storage/migrate.js'

/** Name of the migrated database that every test file's own is cloned from. */
const TEMPLATE = `epr_template_${process.pid}`

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the server's maintenance database. */
    postgresUrl: string
    templateDatabase: string
  }
}

const silent = { info() {}, warn() {}, error() {} }

/** One PostgreSQL for all files: the embedded one, or the one that EPR_TEST_DB names. */
async function openServer(): Promise<{ url: string; close(): Promise<void> }> {
  const given = process.env.EPR_TEST_DB
  if (given) return { url: given, close: async () => {} }
  const directory = await mkdtemp(join(tmpdir(), 'epr-test-db-'))
  const postgres = await startEmbeddedPostgres({ directory, log: silent })
  const { host, port, user, database } = postgres.connection
  return {
    url: `postgres://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`,
    async close() {
      await postgres.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

const configOf = (url: string) => {
  const location = toDatabaseLocation(url)
  if (location.kind !== 'server') throw new Error(`EPR_TEST_DB must be a postgres:// URL, and is ${url}`)
  return location.config
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await openServer()
  const admin = createDatabase({ config: configOf(server.url), maxConnections: 1 })
  await admin.query(`create database ${TEMPLATE}`)
  const template = createDatabase({
    config: { ...configOf(server.url), database: TEMPLATE },
    maxConnections: 1,
  })
  await migrate(template)
  await template.close()
  project.provide('postgresUrl', server.url)
  project.provide('templateDatabase', TEMPLATE)
  return async () => {
    await admin.query(`drop database ${TEMPLATE}`)
    await admin.close()
    await server.close()
  }
}
