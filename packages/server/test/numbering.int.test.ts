import { fromJsonText, type JsonText } from '@epr/model'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { NUMBER_MESSAGES } from '../src/storage/messages.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

let test: TestDatabase
beforeAll(async () => {
  test = await createTestDatabase()
})
afterAll(() => test.drop())

interface Plan {
  'Rows Removed by Join Filter'?: number
  'Rows Removed by Filter'?: number
  'Actual Rows': number
  'Actual Loops': number
  Plans?: Plan[]
}

/** Every row that any step of a plan has had in its hands. */
const rowsTouched = (plan: Plan): number =>
  (plan['Actual Rows'] + (plan['Rows Removed by Join Filter'] ?? 0) + (plan['Rows Removed by Filter'] ?? 0)) *
    plan['Actual Loops'] +
  (plan.Plans ?? []).reduce((sum, step) => sum + rowsTouched(step), 0)

it('numbers a backlog in steps that do not grow with it, also when statistics know of none', async () => {
  const database = test.connect()
  // As autovacuum sees it on most days: everything is numbered.
  await database.query(`insert into messages (kind, type, cursor, numbered_at)
    select 'group', 't', nextval('messages_cursor_seq'), now() from generate_series(1, 1000)`)
  await database.query('vacuum analyze messages')
  await database.query(`insert into messages (kind, type) select 'group', 't' from generate_series(1, 5000)`)
  const [row] = await database.query<{ 'QUERY PLAN': JsonText }>(
    `explain (analyze, format json) ${NUMBER_MESSAGES.replace('$1', '100')}`,
  )
  const [explained] = JSON.parse(row ? fromJsonText(row['QUERY PLAN']) : '[]') as { Plan: Plan }[]
  expect(explained && rowsTouched(explained.Plan)).toBeLessThan(2_000)
  const left = await database.query<{ id: string }>(
    'select id from messages where cursor is null order by id limit 1',
  )
  expect(left).toEqual([{ id: '1101' }])
})
