import { type Api, createApi } from '@epr/testkit'
import { pino } from 'pino'
import { type App, type AppOptions, startApp } from '../../src/app.js'
import type { Config } from '../../src/config/config.js'
import { createTestDatabase, type TestDatabase } from './test-database.js'

/** A server in this process, on a database of its own and a free port. */
export interface TestApp {
  readonly app: App
  readonly api: Api
  readonly database: TestDatabase
  /** Stops the server and drops the database. */
  close(): Promise<void>
}

export function buildConfig(overrides: Partial<Config> & Pick<Config, 'db'>): Config {
  return {
    host: 'localhost',
    port: 0,
    jsonLogging: true,
    debug: false,
    maxBodyBytes: 16 * 1024 * 1024,
    maxReceivingBytes: 64 * 1024 * 1024,
    maxQueuedBytes: 64 * 1024 * 1024,
    maxWaitingBytes: 64 * 1024 * 1024,
    maxPageBytes: 8 * 1024 * 1024,
    maxGraphqlBytes: 16 * 1024 * 1024,
    messageRetentionMs: 7 * 86_400_000,
    projections: 'on',
    console: 'on',
    allowedHosts: [],
    corsOrigins: [],
    auth: 'auto',
    oidcGroupsClaim: 'groups',
    metricsOpen: false,
    brokers: [],
    topic: 'epr.dev.events',
    brokerTls: false,
    ...overrides,
  }
}

export async function startTestApp(
  overrides: Partial<Config> = {},
  options: Pick<AppOptions, 'cloudEventMappers'> = {},
): Promise<TestApp> {
  const database = await createTestDatabase()
  const config = buildConfig({ db: database.url, ...overrides })
  const log = pino({ level: 'silent' })
  const consoleFiles = new URL('../../../console/dist/', import.meta.url)
  const app = await startApp({ ...options, config, version: '0.0.0-test', log, consoleFiles })
  return {
    app,
    api: createApi(app.url),
    database,
    async close() {
      await app.stop()
      await database.drop()
    },
  }
}
