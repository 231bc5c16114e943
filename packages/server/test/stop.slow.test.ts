import { connect, type Socket } from 'node:net'
import {
  buildEvent,
  buildReceiver,
  createApi,
  type FaultyLink,
  linkToPostgres,
  type ServerProcess,
  startPostgres,
  startServer,
  waitFor,
} from '@epr/testkit'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { processesOf } from './support/postgres-processes.js'

const STOP_MS = 10_000
/** A signal that comes within a second of the first is the same one, twice; and a little for a busy machine. */
const SECOND_SIGNAL_MS = 3_000
const HISTORY = 200_000
const CLIENTS = 32

let postgres: Awaited<ReturnType<typeof startPostgres>>
let sql: pg.Client
let link: FaultyLink
let url: string
let server: ServerProcess
let receiver: string
let processes: () => Promise<number[]>
const sockets: Socket[] = []
/** Calls whose answers nobody waits for. */
const calls: Promise<unknown>[] = []

beforeAll(async () => {
  postgres = await startPostgres()
  processes = await processesOf(postgres.url)
  sql = new pg.Client({ connectionString: postgres.url })
  await sql.connect()
  ;({ link, url } = await linkToPostgres(postgres.url))
})
afterAll(async () => {
  await sql.end()
  await link.close()
  await postgres.close()
})
beforeEach(async () => {
  server = await startServer({ args: ['--db', url] })
  receiver = await createApi(server.url).create('/receivers', buildReceiver())
})
afterEach(async () => {
  await thaw()
  link.heal()
  await server.stop('SIGKILL')
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.allSettled(calls.splice(0))
})

async function freeze(): Promise<void> {
  for (const pid of await processes()) process.kill(pid, 'SIGSTOP')
}

async function thaw(): Promise<void> {
  for (const pid of await processes()) {
    try {
      process.kill(pid, 'SIGCONT')
    } catch (error) {
      // It has ended since it was listed.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Clients that write, and read nothing. */
function open(text: string): void {
  for (let count = 0; count < CLIENTS; count++) {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => undefined).pause()
    socket.write(text)
  }
}

/** Bytes that are held for clients. */
async function heldBytes(budget: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(new RegExp(`^epr_budget_held_bytes\\{budget="${budget}"\\} (\\S+)`, 'm').exec(text)?.[1])
}

const call = (path: string, init: RequestInit = {}) =>
  calls.push(fetch(`${server.url}/api/v1${path}`, init).catch(() => undefined))

/** Clients of every kind: they record, read by an index, and search without one. */
function callAll(): void {
  for (let count = 0; count < CLIENTS; count++) {
    call('/events', { method: 'POST', body: JSON.stringify(buildEvent(receiver)) })
    call('/events?name=none')
    call('/events?release=none')
  }
}

const states: Record<string, () => Promise<void>> = {
  'streams are not read': async () => {
    open('GET /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n')
    const payload = { text: 'x'.repeat(1024 * 1024) }
    await waitFor('bytes to wait for the readers', async () => {
      await createApi(server.url).create('/events', buildEvent(receiver, { payload }))
      return (await heldBytes('waiting')) > 0
    })
  },
  'bodies come slowly': async () => {
    const head = 'POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n'
    open(`${head}{"name":"${'x'.repeat(200_000)}`)
    await waitFor('the bodies', async () => (await heldBytes('bodies')) > 2_000_000)
  },
  'dear searches are under way': async () => {
    await sql.query(
      `insert into epr.events (id, nvrpp, name, version, release, platform_id, package, description, payload,
                               payload_bytes, success, event_receiver_id, created_at)
       select '01J' || lpad(to_hex(i), 23, '0'), sha256(convert_to(i::text, 'UTF8')),
              'service-' || i, '1', '2026.10', 'linux-x64', 'oci', '', '{}'::json, 2, true, $2, now()
       from generate_series(1, $1::int) as i on conflict do nothing`,
      [HISTORY, receiver],
    )
    for (let count = 0; count < CLIENTS; count++) call('/events?release=nope')
    await waitFor('a search', async () => {
      const { rows } = await sql.query(
        `select from pg_stat_activity where application_name = 'epr-server searching' and state = 'active'`,
      )
      return rows.length > 0
    })
  },
  'its database is behind a hole': async () => {
    link.hole()
    callAll()
  },
  'PostgreSQL is frozen': async () => {
    await freeze()
    callAll()
  },
}

describe('a server', () => {
  it.each(Object.keys(states))('ends within ten seconds of SIGTERM while %s', async (name) => {
    await states[name]?.()
    const stoppedAt = performance.now()
    expect(await server.stop()).toBe(0)
    expect(performance.now() - stoppedAt).toBeLessThan(STOP_MS)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('ends at once with a second %s', async (signal) => {
    await freeze()
    callAll()
    const stoppedAt = performance.now()
    const ended = server.stop(signal)
    await waitFor('its end', () => {
      server.process.kill(signal)
      return server.process.exitCode !== null
    })
    expect(await ended).toBe(130)
    expect(performance.now() - stoppedAt).toBeLessThan(SECOND_SIGNAL_MS)
  })
})
