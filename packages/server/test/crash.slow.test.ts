import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Api,
  buildEvent,
  buildGroup,
  buildNvrpp,
  buildReceiver,
  createApi,
  type FeedMessage,
  readFeed,
  type ServerProcess,
  startServer,
  waitFor,
} from '@epr/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createGateOracle } from './support/gate-oracle.js'

const KILLS = 20
const CLIENTS = 16
/** So many answers are awaited before each kill. */
const ANSWERS = 300

let directory: string
let server: ServerProcess | undefined
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'epr-crash-'))
})
afterEach(async () => {
  await server?.stop()
  await rm(directory, { recursive: true, force: true })
})

const start = async () => {
  server = await startServer({ args: ['--db', directory] })
  return createApi(server.url)
}

/** Posts until the server is gone; every 200 goes to `acknowledged`. */
async function load(api: Api, receivers: string[], acknowledged: Set<string>): Promise<void> {
  for (;;) {
    // Few artifacts, so that events meet in their gates.
    const nvrpp = buildNvrpp({ name: `artifact-${Math.floor(Math.random() * 50)}` })
    const event_receiver_id = receivers[Math.floor(Math.random() * receivers.length)] ?? ''
    const success = Math.random() < 0.8
    const answer = await api
      .post('/events', { ...buildEvent(event_receiver_id), ...nvrpp, success })
      .catch(() => undefined)
    if (!answer) return
    if (answer.status === 200) acknowledged.add(answer.json.data)
  }
}

/** What the feed tells of events must be what one-by-one submission in its order would have told. */
function expectCompletions(messages: FeedMessage[], groups: { id: string; receivers: string[] }[]): void {
  const oracle = createGateOracle()
  oracle.setGroups(groups.map((group) => ({ ...group, enabled: true })))
  const expected: string[] = []
  const actual: string[] = []
  const groupIds = new Set(groups.map(({ id }) => id))
  for (const { id, data, name } of messages) {
    const [event] = data.events
    if (!event) continue
    if (groupIds.has(id)) {
      actual.push(`${event.id} ${id}`)
      continue
    }
    const submitted = {
      nvrpp: name,
      receiver: String(event.event_receiver_id),
      success: event.success === true,
    }
    for (const { id } of oracle.submit(submitted)) expected.push(`${event.id} ${id}`)
  }
  expect(actual.sort()).toEqual(expected.sort())
  expect(actual.length).toBeGreaterThan(KILLS)
}

it(`loses and doubles nothing over ${KILLS} kill -9 in the middle of load`, async () => {
  let api = await start()
  const receivers: string[] = []
  for (let index = 0; index < 3; index++) receivers.push(await api.create('/receivers', buildReceiver()))
  const groups = [receivers, receivers.slice(0, 2)].map((members) => ({ id: '', receivers: members }))
  for (const group of groups) group.id = await api.create('/groups', buildGroup(group.receivers))

  const acknowledged = new Set<string>()
  for (let kill = 0; kill < KILLS; kill++) {
    const wanted = acknowledged.size + ANSWERS
    const clients = Array.from({ length: CLIENTS }, () => load(api, receivers, acknowledged))
    await waitFor('answers', () => acknowledged.size >= wanted)
    await server?.stop('SIGKILL')
    await Promise.all(clients)
    api = await start()
  }

  const last = await api.create('/events', buildEvent(receivers[0] ?? ''))
  const told = await waitFor('the last message', async () => {
    const messages = (await readFeed(api)).map(({ message }) => message)
    return messages.some(({ id }) => id === last) && messages
  })
  const eventIds = told
    .filter(({ id, data }) => data.events.some((event) => event.id === id))
    .map(({ id }) => id)
  expect(new Set(eventIds).size).toBe(eventIds.length)
  const toldIds = new Set(eventIds)
  expect([...acknowledged].filter((id) => !toldIds.has(id))).toEqual([])
  for (const id of [...acknowledged].slice(-100)) expect((await api.get(`/events/${id}`)).status).toBe(200)
  expectCompletions(told, groups)
})

it('answers 200 or 503 while its database is killed under load, and loses nothing of the 200s', async () => {
  const api = await start()
  const receiver = await api.create('/receivers', buildReceiver())
  const acknowledged: string[] = []
  const statuses = new Set<number>()
  let running = true
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (running) {
      const answer = await api.post('/events', buildEvent(receiver))
      statuses.add(answer.status)
      if (answer.status === 200) acknowledged.push(answer.json.data)
    }
  })
  for (let kill = 0; kill < 5; kill++) {
    const wanted = acknowledged.length + ANSWERS
    await waitFor('answers', () => acknowledged.length >= wanted)
    process.kill(await postmasterPid(), 'SIGQUIT')
  }
  const wanted = acknowledged.length + ANSWERS
  await waitFor('answers after the last kill', () => acknowledged.length >= wanted)
  running = false
  await Promise.all(clients)
  expect([...statuses].sort()).toEqual([200, 503])
  const told = await waitFor('all messages', async () => {
    const ids = (await readFeed(api)).map(({ message }) => message.id)
    return acknowledged.every((id) => ids.includes(id)) && ids
  })
  expect(new Set(told).size).toBe(told.length)
})

async function postmasterPid(): Promise<number> {
  return waitFor('a postmaster', async () => {
    const pid = Number((await readFile(join(directory, 'pg', 'postmaster.pid'), 'utf8')).split('\n')[0])
    return pid > 0 && pid
  })
}
