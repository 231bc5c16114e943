import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Answer,
  buildEvent,
  buildNvrpp,
  buildReceiver,
  type ClonedDatabase,
  cloneDatabase,
  createApi,
  type FaultyLink,
  linkToPostgres,
  queryRows,
  readFeed,
  type ServerProcess,
  startPostgres,
  startServer,
  waitFor,
} from '@epr/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { processesOf } from './support/postgres-processes.js'

/** What may pass until a request is answered, whatever the database does; and a little for a busy machine. */
const ANSWER_MS = 10_000 + 1_000

let database: ClonedDatabase
let link: FaultyLink
let linkedUrl: string
let servers: ServerProcess[]

beforeEach(async () => {
  database = await cloneDatabase()
  ;({ link, url: linkedUrl } = await linkToPostgres(database.url))
  servers = []
})

afterEach(async () => {
  link.heal()
  for (const { process } of servers) {
    process.kill('SIGCONT')
    process.kill('SIGKILL')
  }
  await link.close()
  await database.drop()
})

async function start(db: string): Promise<ServerProcess> {
  const server = await startServer({ args: ['--db', db] })
  servers.push(server)
  return server
}

const statusOf = async ({ url }: ServerProcess): Promise<number> =>
  (await fetch(`${url}/healthz/readiness`)).status

async function isLeading({ url }: ServerProcess): Promise<boolean> {
  const answer = await fetch(`${url}/healthz/status`)
  return ((await answer.json()) as { leader: boolean }).leader
}

interface Sent {
  /** Of the first try to what came of it, milliseconds. */
  ms: number
  status: number
  text: string
  id: string | undefined
  key: string
  event: ReturnType<typeof buildEvent>
}

/** Clients that record events, each after the other, with a key for each. */
function startClients(server: ServerProcess, receiver: string, count: number) {
  const sent: Sent[] = []
  let isRunning = true

  async function record(key: string, event = buildEvent(receiver, buildNvrpp({ version: key }))) {
    const startedAt = performance.now()
    const answer: Answer = await createApi(server.url).post('/events', event, { 'idempotency-key': key })
    const id = answer.status === 200 ? answer.json.data : undefined
    return {
      ms: performance.now() - startedAt,
      status: answer.status,
      text: JSON.stringify(answer.json),
      id,
      key,
      event,
    } satisfies Sent
  }

  async function run(): Promise<void> {
    while (isRunning) {
      sent.push(await record(randomUUID()))
      await delay(10)
    }
  }

  const running = Array.from({ length: count }, run)
  return {
    sent,
    record,
    acknowledged: () => sent.flatMap(({ id }) => id ?? []),
    async stop() {
      isRunning = false
      await Promise.all(running)
    },
  }
}

async function countEvents(url: string): Promise<{ recorded: number }> {
  const [row] = await queryRows<{ recorded: number }>(url, 'select count(*)::int as recorded from epr.events')
  return row ?? { recorded: 0 }
}

/** Of all events in the feed how many there are of each. */
async function countFeed(server: ServerProcess): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const { message } of await readFeed(createApi(server.url))) {
    const { id } = message as { id: string }
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return counts
}

it('answers within ten seconds while its database is silent, says that it is not ready, and records again', async () => {
  const server = await start(linkedUrl)
  const receiver = await createApi(server.url).create('/receivers', buildReceiver())
  const clients = startClients(server, receiver, 8)
  await waitFor('some events', () => clients.acknowledged().length > 50)

  link.hole()
  const silentAt = performance.now()
  await waitFor('not to be ready', async () => (await statusOf(server)) === 503)
  expect(performance.now() - silentAt).toBeLessThan(6_000)
  await waitFor('a refusal', () => clients.sent.some(({ status }) => status === 503), 20_000)
  // Whoever comes in the middle of it is answered too, in reading as in recording.
  const read = await createApi(server.url).get('/events?name=none')
  expect(read.status).toBe(503)

  link.forget()
  const backAt = performance.now()
  const before = clients.acknowledged().length
  await waitFor('recording', () => clients.acknowledged().length > before + 20, 20_000)
  expect(performance.now() - backAt).toBeLessThan(15_000)
  await waitFor('to be ready', async () => (await statusOf(server)) === 200)
  await clients.stop()
  expect(Math.max(...clients.sent.map(({ ms }) => ms))).toBeLessThan(ANSWER_MS)

  // Sent again with their keys, those that were refused are recorded once, whatever had become of them.
  for (const refused of clients.sent.filter(({ id }) => id === undefined)) {
    expect(refused.text).toMatch(/nothing was recorded|may have been recorded|try again/)
    refused.id = (await clients.record(refused.key, refused.event)).id
  }
  const ids = clients.acknowledged()
  expect(ids).toHaveLength(clients.sent.length)
  const events = await createApi(server.url).get(`/events?event_receiver_id=${receiver}&limit=1000`)
  const versions = events.json.data.map(({ version }: { version: string }) => version)
  expect(new Set(versions).size).toBe(versions.length)
  const counts = await waitFor('the feed', async () => {
    const counted = await countFeed(server)
    return ids.every((id) => counted.has(id)) && counted
  })
  expect([...counts.values()].filter((count) => count > 1)).toEqual([])
})

it('knows of each event whether it is recorded when connections are reset', async () => {
  const server = await start(linkedUrl)
  const receiver = await createApi(server.url).create('/receivers', buildReceiver())
  const clients = startClients(server, receiver, 8)
  for (let cuts = 0; cuts < 40; cuts++) {
    const before = clients.sent.length
    await waitFor('some answers', () => clients.sent.length > before + 8)
    link.cut()
  }
  await clients.stop()
  const refused = clients.sent.filter(({ id }) => id === undefined)
  expect(
    refused.filter(
      ({ text }) => !text.includes('nothing was recorded') && !text.includes('cannot be reached'),
    ),
  ).toEqual([])
  const { recorded } = await countEvents(database.url)
  expect(recorded).toBe(clients.acknowledged().length)
})

it('answers within ten seconds while PostgreSQL is frozen, and records again when it goes on', async () => {
  const postgres = await startPostgres()
  const processes = await processesOf(postgres.url)
  try {
    const server = await start(postgres.url)
    const receiver = await createApi(server.url).create('/receivers', buildReceiver())
    const clients = startClients(server, receiver, 8)
    await waitFor('some events', () => clients.acknowledged().length > 50)
    const all = await processes()
    for (const pid of all) process.kill(pid, 'SIGSTOP')
    const frozenAt = performance.now()
    await waitFor('not to be ready', async () => (await statusOf(server)) === 503)
    await waitFor('a refusal', () => clients.sent.some(({ status }) => status === 503), 20_000)
    expect(performance.now() - frozenAt).toBeLessThan(ANSWER_MS)
    for (const pid of all) process.kill(pid, 'SIGCONT')
    const before = clients.acknowledged().length
    await waitFor('recording', () => clients.acknowledged().length > before + 20, 15_000)
    await clients.stop()
    expect(Math.max(...clients.sent.map(({ ms }) => ms))).toBeLessThan(ANSWER_MS)
    for (const refused of clients.sent.filter(({ id }) => id === undefined))
      refused.id = (await clients.record(refused.key, refused.event)).id
    expect((await countEvents(postgres.url)).recorded).toBe(clients.sent.length)
    await server.stop()
  } finally {
    for (const pid of await processes()) process.kill(pid, 'SIGCONT')
    await postgres.close()
  }
})

it('ends within ten seconds of SIGTERM while its database is silent', async () => {
  const server = await start(linkedUrl)
  const receiver = await createApi(server.url).create('/receivers', buildReceiver())
  const clients = startClients(server, receiver, 4)
  await waitFor('some events', () => clients.acknowledged().length > 10)
  link.hole()
  const stoppedAt = performance.now()
  await Promise.all([server.stop(), clients.stop().catch(() => undefined)])
  expect(performance.now() - stoppedAt).toBeLessThan(ANSWER_MS)
})

/** How many servers there are, and how long the leader is silent at least: `EPR_SILENCE_SECONDS=60 EPR_SERVERS=2`. */
const serverCount = Number(process.env.EPR_SERVERS || 3)
const silenceMs = Number(process.env.EPR_SILENCE_SECONDS || 0) * 1_000
/** What is watched of the time after. */
const AFTERWARDS_MS = 3_000

interface Silence {
  /** Of the leader, for some time. */
  begin: (leader: ServerProcess) => void
  end: (leader: ServerProcess) => void
}

const silences: Record<string, Silence> = {
  'is cut off from its database': { begin: () => link.hole(), end: () => link.heal() },
  'is cut off, and its connections are forgotten': { begin: () => link.hole(), end: () => link.forget() },
  'is stopped': {
    begin: ({ process }) => void process.kill('SIGSTOP'),
    end: ({ process }) => void process.kill('SIGCONT'),
  },
}

it.each(Object.keys(silences))(
  'another server leads soon when the leader %s, and what it writes late is refused',
  async (name) => {
    const { begin, end } = silences[name] ?? ({} as Silence)
    const leader = await start(linkedUrl)
    await waitFor('the first to lead', () => isLeading(leader))
    const others: ServerProcess[] = []
    while (others.length < serverCount - 1) others.push(await start(database.url))
    const [other] = others as [ServerProcess]
    const api = createApi(other.url)
    const receiver = await api.create('/receivers', buildReceiver())
    const clients = startClients(other, receiver, 4)
    const toLeader = startClients(leader, receiver, 2)
    await waitFor(
      'some events',
      () => toLeader.acknowledged().length > 20 && clients.acknowledged().length > 20,
    )

    begin(leader)
    const silentAt = performance.now()
    let longestPause = 0
    let cursor = ''
    let movedAt = performance.now()
    const watch = async (): Promise<void> => {
      const { json } = await api.get('/messages?after=latest')
      const now = performance.now()
      if (json.next !== cursor) movedAt = now
      cursor = json.next
      longestPause = Math.max(longestPause, now - movedAt)
    }
    await waitFor('another to lead', async () => {
      await watch()
      return (await Promise.all(others.map(isLeading))).includes(true)
    })
    const until = Math.max(performance.now(), silentAt + silenceMs - AFTERWARDS_MS) + AFTERWARDS_MS
    while (performance.now() < until) {
      await watch()
      await delay(50)
    }
    end(leader)
    await waitFor('the old leader to know', async () => !(await isLeading(leader)))
    while (performance.now() < until + AFTERWARDS_MS) {
      await watch()
      await delay(50)
    }
    await Promise.all([clients.stop(), toLeader.stop()])
    process.stdout.write(
      `leader ${name}, ${serverCount} servers: the feed paused ${Math.round(longestPause)} ms\n`,
    )
    expect(longestPause).toBeLessThan(10_000)

    const ids = [...clients.acknowledged(), ...toLeader.acknowledged()]
    const feed = await waitFor('the whole feed', async () => {
      const entries = await readFeed(api)
      const seen = new Set(entries.map(({ message }) => (message as { id: string }).id))
      return ids.every((id) => seen.has(id)) && entries
    })
    const cursors = feed.map((entry) => Number(entry.cursor))
    expect(cursors).toEqual(cursors.map((_, index) => index + 1))
    expect(new Set(feed.map(({ ce_id }) => ce_id)).size).toBe(feed.length)
  },
)
