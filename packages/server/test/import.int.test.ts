import { readFile } from 'node:fs/promises'
import { createApi, runServer, startServer } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '../src/storage/database.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

const TESTS = '01HKX0J9KS8AASMRYX61458N41'
const SCAN = '01HKX0J9KS8AASMRYX61458N42'
const GATE = '01HKX0KZ8QVWM7PQRY7XB2N0AA'
const SHOP = {
  name: 'shop',
  version: '1.2.0',
  release: '2023.11',
  platform_id: 'x64-oci-linux-2',
  package: 'docker',
}
const CREATED_AT = '2024-01-11T21:04:05.123456Z'

let source: TestDatabase
let target: TestDatabase
let original: Database

const importAll = (...args: string[]) =>
  runServer({ args: ['import', source.url, '--db', target.url, ...args] })

/** As the original would write it; the last one counts, although its id is the smallest. */
async function recordInOriginal(
  id: string,
  receiver: string,
  success: boolean,
  createdAt: string,
): Promise<void> {
  const { name, version, release, platform_id } = SHOP
  await original.query(
    `insert into public.events (id, name, version, release, platform_id, package, description, payload, success,
                                created_at, event_receiver_id)
     values ($1, $2, $3, $4, $5, $6, 'imported', '{"passed": 812}', $7, $8, $9)`,
    [id, name, version, release, platform_id, SHOP.package, success, createdAt, receiver],
  )
}

beforeAll(async () => {
  source = await createTestDatabase({ template: false })
  target = await createTestDatabase({ template: false })
  original = source.connect()
  const tables = await readFile(new URL('./support/original-tables.sql', import.meta.url), 'utf8')
  await original.query(`set search_path = public; ${tables}`)
  await original.query(
    `insert into public.event_receivers values
       ($1, 'tests', 'tests.e2e.finish', '1.0.0', 'end to end', '{"type": "object"}', 'f1', $3),
       ($2, 'scan', 'scan.sast', '1.3.0', 'source code', '{}', 'f2', $3)`,
    [TESTS, SCAN, CREATED_AT],
  )
  await original.query(
    "insert into public.event_receiver_groups values ($1, 'gate', 'deploy.prod', '1.1.1', 'all green', true, $2, $2)",
    [GATE, CREATED_AT],
  )
  await original.query(
    `insert into public.event_receiver_group_to_event_receivers (event_receiver_id, event_receiver_group_id)
     values ($2, $3), ($1, $3), ($2, $3)`,
    [TESTS, SCAN, GATE],
  )
  await recordInOriginal('01HKX0M0000000000000000003', SCAN, false, '2024-01-12T08:00:00Z')
  await recordInOriginal('01HKX0M0000000000000000002', TESTS, true, '2024-01-12T09:00:00Z')
  await recordInOriginal('01HKX0M0000000000000000001', SCAN, true, '2024-01-12T10:00:00Z')
})
afterAll(async () => {
  await source.drop()
  await target.drop()
})

it('copies everything with its ids and times, and decides gates by the order of recording', async () => {
  const { code, stdout } = await importAll()
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'imported 2 of 2 receivers, 1 of 1 groups, 3 of 3 events; the others were here already\n',
  })
  const server = await startServer({ args: ['--db', target.url] })
  try {
    const api = createApi(server.url)
    const { json: receivers } = await api.get(`/receivers/${TESTS}`)
    expect(receivers.data[0]).toMatchObject({
      fingerprint: 'f1',
      created_at: CREATED_AT,
      schema: { type: 'object' },
    })
    const { json: groups } = await api.get(`/groups/${GATE}`)
    expect(groups.data[0]).toMatchObject({ event_receiver_ids: [SCAN, TESTS], updated_at: CREATED_AT })
    const { json: events } = await api.get('/events/01HKX0M0000000000000000002')
    expect(events.data[0]).toMatchObject({
      ...SHOP,
      payload: { passed: 812 },
      created_at: '2024-01-12T09:00:00Z',
      actor: { id: 'system:import', type: 'system', label: 'epr-server import' },
    })
    const { json: status } = await api.get(`/groups/${GATE}/status?${new URLSearchParams(SHOP)}`)
    expect(status.data[0]).toMatchObject({ state: 'open', since: '2024-01-12T10:00:00Z' })
    const { json: messages } = await api.get('/messages')
    expect(messages.data).toEqual([])
  } finally {
    await server.stop()
  }
})

it('can be done again, for what has come since', async () => {
  await recordInOriginal('01HKX0M0000000000000000004', TESTS, false, '2024-01-12T11:00:00Z')
  expect((await importAll()).stdout).toBe(
    'imported 0 of 2 receivers, 0 of 1 groups, 1 of 4 events; the others were here already\n',
  )
  expect((await importAll()).stdout).toContain('0 of 4 events')
})

it.each([
  ['no source', () => ['import']],
  ['a directory as source', () => ['import', '/tmp/epr']],
  ['a database that is not the original server’s', () => ['import', target.url, '--db', target.url]],
])('says in one line what is wrong with %s', async (_, args) => {
  const { code, stderr } = await runServer({ args: args() })
  expect(code).toBe(2)
  expect(
    stderr
      .trim()
      .split('\n')
      .filter((line) => !line.includes('Try') && line !== ''),
  ).toHaveLength(1)
})

it('does not show the password of a source that cannot be reached', async () => {
  const { code, stderr } = await runServer({
    args: ['import', 'postgres://epr:s3cret@127.0.0.1:1/epr', '--db', target.url],
  })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^epr-server: source: cannot use postgres:\/\/epr@127\.0\.0\.1:1\/epr: [^\n]+\n$/)
})
