import {
  buildEvent,
  buildGroup,
  buildNvrpp,
  buildReceiver,
  createApi,
  type ServerProcess,
  startServer,
  waitFor,
} from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectTruth } from './support/projection-truth.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

/** `EPR_KILLS=50` for as many. */
const KILLS = Number(process.env.EPR_KILLS ?? 10)
const CLIENTS = 16
const MAX_LIFE_MS = 1_500
const NAMES = 40

let database: TestDatabase
let server: ServerProcess | undefined
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await server?.stop('SIGKILL')
  await database.drop()
})

/** Posts until the server is gone. */
async function load(url: string, receivers: readonly string[]): Promise<void> {
  const api = createApi(url)
  for (;;) {
    const event = {
      ...buildEvent(receivers[Math.floor(Math.random() * receivers.length)] ?? ''),
      ...buildNvrpp({
        name: `artifact-${Math.floor(Math.random() * NAMES)}`,
        version: String(Math.floor(Math.random() * 3)),
      }),
      success: Math.random() < 0.7,
    }
    if (!(await api.post('/events', event).catch(() => undefined))) return
  }
}

it(`are the truth over ${KILLS} kill -9 at any moment`, async () => {
  const receivers: string[] = []
  const groups = new Map<string, string[]>()
  const connection = database.connect(1)
  for (let kill = 0; kill < KILLS; kill++) {
    server = await startServer({ args: ['--db', database.url] })
    const api = createApi(server.url)
    while (receivers.length < 4) receivers.push(await api.create('/receivers', buildReceiver()))
    // A group more now and then: for it the artifacts of before are looked at again.
    if (kill % 5 === 0) {
      const members = receivers.filter((_, place) => (kill / 5 + place) % 4 !== 0)
      groups.set(await api.create('/groups', buildGroup(members)), members)
    }
    const { url } = server
    const loading = Promise.all(Array.from({ length: CLIENTS }, () => load(url, receivers)))
    await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_LIFE_MS))
    await server.stop('SIGKILL')
    await loading
  }
  server = await startServer({ args: ['--db', database.url] })
  const behind = `select (select count(*) from outbox where first_cursor is null)::int as unnumbered,
    coalesce((select max(first_cursor + size - 1) from outbox), 0) - cursor as lag, history_id,
    (select count(*) from gate_groups where until_artifact is not null)::int as groups from projection`
  await waitFor(
    'all to be in the projections',
    async () => {
      const [row] = await connection.query<{
        unnumbered: number
        lag: string
        history_id: string | null
        groups: number
      }>(behind)
      return row?.unnumbered === 0 && row.lag === '0' && row.history_id === null && row.groups === 0
    },
    60_000,
  )
  expect(groups.size).toBeGreaterThan(0)
  await expectTruth(connection, groups)
})
