import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase({ template: false })
})
afterEach(() => database.drop())

// An error event that nobody listens for ends the process, and with it this test.
it('tells who is in a transaction that its connection was lost, and goes on', async () => {
  const connection = database.connect(1)
  const lost = connection.transaction(async (inside) => {
    await inside.query('select pg_terminate_backend(pg_backend_pid())')
  })
  await expect(lost).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(await connection.query('select 1 as n')).toEqual([{ n: 1 }])
})
