import { type createFaultyLink, linkToPostgres } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDatabase, type Database } from '../src/storage/database.js'
import { configOf, createTestDatabase, type TestDatabase } from './support/test-database.js'

let database: TestDatabase
let link: Awaited<ReturnType<typeof createFaultyLink>>
let unlimited: Database
beforeAll(async () => {
  database = await createTestDatabase()
  const linked = await linkToPostgres(database.url)
  link = linked.link
  unlimited = createDatabase({ config: configOf(linked.url), maxConnections: 1, statementTimeoutMs: 0 })
})
afterAll(async () => {
  await unlimited.close()
  await link.close()
  await database.drop()
})

it('waits for what takes as long as it takes', async () => {
  expect(await unlimited.query('select 1 as n from pg_sleep(17)')).toEqual([{ n: 1 }])
})

it('gives up what nobody works on any more, and lets go of what that had locked', {
  timeout: 120_000,
}, async () => {
  const other = database.connect(1)
  const forgotten = unlimited.transaction(async (connection) => {
    await connection.query('select pg_advisory_xact_lock(1, 2)')
    link.hole()
    link.forget()
    await connection.query('select 1')
  })
  const startedAt = performance.now()
  await expect(forgotten).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(performance.now() - startedAt).toBeLessThan(20_000)
  await other.query('select pg_advisory_xact_lock(1, 2)')
  expect(performance.now() - startedAt).toBeLessThan(40_000)
  expect(await unlimited.query('select 1 as n')).toEqual([{ n: 1 }])
})
