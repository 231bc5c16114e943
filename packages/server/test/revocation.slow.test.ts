import {
  cloneDatabase,
  linkToPostgres,
  queryRows,
  type ServerProcess,
  startServer,
  waitFor,
} from '@epr/testkit'
import { afterEach, expect, it } from 'vitest'
import { drawKey } from '../src/access/key-text.js'

const { text: admin } = drawKey()
const bearer = (key: string) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' })

const closings: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close()
})

/** Two servers on one database: what is done at the one has to be true at the other. */
async function startPair({ urlOfOther = async (url: string) => url } = {}) {
  const database = await cloneDatabase()
  closings.push(database.drop)
  const start = async (db: string): Promise<ServerProcess> => {
    const server = await startServer({
      args: ['--auth', 'required', '--db', db],
      env: { EPR_ADMIN_KEY: admin },
    })
    closings.push(
      async () => server.process.exitCode === null && server.process.signalCode === null && server.stop(),
    )
    return server
  }
  const one = await start(database.url)
  const other = await start(await urlOfOther(database.url))

  const ask = async (key: string): Promise<number> =>
    (await fetch(`${other.url}/api/v1/events`, { headers: bearer(key) })).status
  const manage = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${one.url}/api/v1${path}`, {
      method,
      headers: bearer(admin),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    expect(response.status).toBe(200)
    return ((await response.json()) as { data: { key: string } }).data
  }
  const { key } = await manage('POST', '/keys', { name: 'roams' })
  await manage('PUT', '/policies/roams', { who: [{ key: 'roams' }], may: ['read'] })
  await waitFor('the other to know the key', async () => (await ask(key)) === 200)
  return {
    database,
    one,
    other,
    ask: () => ask(key),
    revoke: () => manage('DELETE', '/keys?name=roams'),
  }
}

/** How long it takes from now on until the other answers so, in milliseconds. */
async function timeUntil(ask: () => Promise<number>, status: number): Promise<number> {
  const startedAt = performance.now()
  await waitFor(`the answer ${status}`, async () => (await ask()) === status)
  const ms = performance.now() - startedAt
  process.stdout.write(`${status} after ${Math.round(ms)} ms\n`)
  return ms
}

it('a key that one server has revoked is refused by another within a second', async () => {
  const { ask, revoke } = await startPair()
  await revoke()
  expect(await timeUntil(ask, 401)).toBeLessThan(1_000)
})

it('and within five where nobody can be notified', async () => {
  const { database, ask, revoke } = await startPair()
  const cutting = new AbortController()
  let count = 0
  const cut = async () => {
    while (!cutting.signal.aborted) {
      const sql = `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'epr-server leader'`
      count += (await queryRows(database.url, sql)).length
    }
  }
  const cuts = cut()
  await waitFor('sessions to be cut', () => count > 2)
  await revoke()
  expect(await timeUntil(ask, 401)).toBeLessThan(5_000)
  cutting.abort()
  await cuts
})

it('though the server that has revoked it is killed in the moment when it has said so', async () => {
  const { one, ask, revoke } = await startPair()
  await revoke()
  one.process.kill('SIGKILL')
  expect(await timeUntil(ask, 401)).toBeLessThan(1_000)
  await one.stop('SIGKILL')
  expect(await ask()).toBe(401)
})

it('a server that cannot ask who may do what lets nobody in by what was true long ago', async () => {
  const links: Awaited<ReturnType<typeof linkToPostgres>>['link'][] = []
  const { ask, revoke } = await startPair({
    async urlOfOther(db) {
      const { link, url } = await linkToPostgres(db)
      closings.push(() => link.close())
      links.push(link)
      return url
    },
  })
  for (const link of links) link.hole()
  await revoke()
  expect(await timeUntil(ask, 503)).toBeLessThan(7_000)
  for (const link of links) link.heal()
  expect(await timeUntil(ask, 401)).toBeLessThan(20_000)
})
