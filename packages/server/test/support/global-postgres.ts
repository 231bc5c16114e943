import { execute, startPostgres, withDatabase } from '@epr/testkit'
import type { TestProject } from 'vitest/node'
import { createDatabase } from '../../src/storage/database.js'
import { migrate } from '../../src/storage/migrate.js'
import { configOf } from './test-database.js'

/** Name of the migrated database that every test file's own is cloned from. */
const TEMPLATE = `epr_template_${process.pid}`

/** One PostgreSQL for all test files of all packages, with a template that has the layout of this source. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres()
  await execute(postgres.url, `create database ${TEMPLATE}`)
  const template = createDatabase({
    config: configOf(withDatabase(postgres.url, TEMPLATE)),
    maxConnections: 1,
  })
  await migrate(template)
  await template.close()
  project.provide('postgresUrl', postgres.url)
  project.provide('templateDatabase', TEMPLATE)
  return async () => {
    await execute(postgres.url, `drop database ${TEMPLATE}`)
    await postgres.close()
  }
}
