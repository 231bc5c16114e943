import { buildGroup, buildReceiver, runServer, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../src/storage/database.js'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let receivers: string[]
let group: string
let database: Database
const moments: string[] = []

const artifact = (name: string, version: string) => ({
  name,
  version,
  release: '1',
  platform_id: 'linux',
  package: 'oci',
})

async function record(name: string, version: string, place: number, success = true): Promise<string> {
  const event = await test.api.create('/events', {
    ...artifact(name, version),
    description: 'd',
    success,
    event_receiver_id: receivers[place],
    payload: {},
  })
  return event
}

const list = async (query = '', at = group) => (await test.api.get(`/groups/${at}/artifacts${query}`)).json

/** Each artifact with its state, in the order of the answer. */
const names = (answer: { data: { name: string; version: string; state: string }[] }) =>
  answer.data.map(({ name, version, state }) => `${name} ${version} ${state}`)

async function projected(): Promise<void> {
  const waiting = `select (select count(*) from outbox where first_cursor is null)::int as unnumbered,
    (select max(first_cursor + size - 1) from outbox) - cursor as behind, history_id is null as whole from projection`
  await waitFor('all messages to be in the answers', async () => {
    const [row] = await database.query<{ unnumbered: number; behind: string | null; whole: boolean }>(waiting)
    return row?.unnumbered === 0 && row.behind === '0' && row.whole
  })
}

beforeAll(async () => {
  test = await startTestApp()
  database = test.database.connect(1)
  receivers = []
  for (const name of ['build', 'tests', 'sign'])
    receivers.push(await test.api.create('/receivers', buildReceiver({ name })))
  group = await test.api.create('/groups', buildGroup(receivers))
  for (const place of [0, 1, 2]) await record('cart', '1.0', place)
  await record('cart', '1.1', 0)
  await record('shop', '2.0', 0)
  for (let time = 0; time < 3; time++) await record('shop', '2.0', 1, false)
  await record('shop', '1.0', 0)
  await projected()
})
afterAll(() => test.close())

describe('the artifacts of a gate', () => {
  it('come with where each stands, what changed last first', async () => {
    const answer = await list()
    expect(names(answer)).toEqual([
      'shop 1.0 missing',
      'shop 2.0 failed',
      'cart 1.1 missing',
      'cart 1.0 open',
    ])
    expect(answer).toMatchObject({ counts: { open: 1, failed: 1, missing: 2 }, history: null, next: null })
    expect(answer.receivers.map(({ name }: { name: string }) => name)).toEqual(['build', 'tests', 'sign'])
    const [, failed] = answer.data
    expect(failed.explanation).toMatch(/^failed \d+s: tests has failed 3 times, sign has no event$/)
    expect(failed.cells).toMatchObject([
      { state: 'passed', failures: 0 },
      { state: 'failed', failures: 3 },
      { state: 'missing', event_id: null, since: null, failures: 0 },
    ])
    const status = await test.api.get(
      `/groups/${group}/status?${new URLSearchParams(artifact('shop', '2.0'))}`,
    )
    expect(failed.since > status.json.data[0].since || failed.since === status.json.data[0].since).toBe(true)
  })

  it('are those that wait the longest when that is asked for', async () => {
    expect(names(await list('?order=waiting'))).toEqual([
      'cart 1.1 missing',
      'shop 2.0 failed',
      'shop 1.0 missing',
    ])
  })

  it('are chosen by state and by name', async () => {
    expect(names(await list('?state=open,failed'))).toEqual(['shop 2.0 failed', 'cart 1.0 open'])
    expect(names(await list('?name=ca*'))).toEqual(['cart 1.1 missing', 'cart 1.0 open'])
    expect(names(await list('?name=cart&state=missing'))).toEqual(['cart 1.1 missing'])
    expect(names(await list('?name=car'))).toEqual([])
  })

  it('come in pages that hold each once', async () => {
    for (const query of [
      '?limit=1',
      '?limit=1&name=*',
      '?limit=1&superseded=true',
      '?limit=3&order=waiting',
    ]) {
      const all: string[] = []
      let next: string | null = ''
      while (next !== null) {
        const answer = await list(`${query}${next && `&after=${encodeURIComponent(next)}`}`)
        all.push(...names(answer))
        next = answer.next
      }
      expect([...new Set(all)]).toEqual(all)
      expect([query, all.length]).toEqual([query, query.includes('waiting') ? 3 : 4])
    }
  })
})

describe('one that a newer one has superseded', () => {
  it('is left out, unless it is asked for', async () => {
    for (const place of [1, 2]) await record('cart', '1.1', place)
    await projected()
    expect(names(await list('?name=cart'))).toEqual(['cart 1.1 open'])
    const answer = await list('?name=cart&superseded=true')
    expect(names(answer)).toEqual(['cart 1.1 open', 'cart 1.0 open'])
    expect(answer.data.map(({ superseded }: { superseded: boolean }) => superseded)).toEqual([false, true])
  })
})

describe('a moment of before', () => {
  it('shows a gate as it stood before, between and after three events', async () => {
    const soon = () => new Promise((resolve) => setTimeout(resolve, 5))
    const moment = async () => {
      await soon()
      moments.push(new Date().toISOString())
      await soon()
    }
    await moment()
    for (const success of [true, false, true]) {
      await record('time', '1', 0, success)
      await moment()
    }
    const states = []
    for (const at of moments) {
      const { data, cursor, counts } = await list(`?name=time&at=${at}`)
      expect([cursor, counts]).toEqual([null, null])
      states.push(data.map(({ cells }: { cells: { state: string }[] }) => cells[0]?.state))
    }
    expect(states).toEqual([[], ['passed'], ['failed'], ['passed']])
  })
})

describe('what bad input gets', () => {
  it.each([
    ['?state=closed', 'state must be open, failed or missing'],
    ['?order=up', 'order must be recent or waiting'],
    ['?after=xyz', 'after must be the "next" of the page before'],
    ['?superseded=true&after=a~b', 'after must be the "next" of the page before'],
    ['?at=2999-01-01T00:00:00Z', 'at is in the future'],
    ['?at=yesterday', 'at must be an RFC 3339 time'],
    ['?order=waiting&superseded=true', 'leave out at and superseded'],
  ])('%s is 400 with the reason', async (query, reason) => {
    const answer = await test.api.get(`/groups/${group}/artifacts${query}`)
    expect([answer.status, answer.json.error.message]).toEqual([400, expect.stringContaining(reason)])
  })

  it('an unknown group is 404', async () => {
    const answer = await test.api.get('/groups/01HKX0J9KS8AASMRYX61458N41/artifacts')
    expect([answer.status, answer.json.error.code]).toEqual([404, 'NOT_FOUND'])
  })
})

describe('a server that keeps no projections', () => {
  it('says so of what is read from them, and answers for a moment of before', async () => {
    const other = await startTestApp({ projections: 'off' })
    try {
      const receiver = await other.api.create('/receivers', buildReceiver())
      const id = await other.api.create('/groups', buildGroup([receiver]))
      const { status, json } = await other.api.get(`/groups/${id}/artifacts`)
      expect([status, json.error.code]).toEqual([503, 'UNAVAILABLE'])
      expect((await other.api.get(`/groups/${id}/artifacts?superseded=true`)).status).toBe(200)
    } finally {
      await other.close()
    }
  })

  it('has them made again when it is asked to', async () => {
    const version = async () =>
      (await database.query<{ version: number }>('select version from projection'))[0]?.version
    expect(await version()).toBeGreaterThan(0)
    await database.query('delete from gates')
    const { code, stdout } = await runServer({
      args: ['rebuild', '--db', test.database.url],
    })
    expect([code, stdout]).toEqual([0, expect.stringContaining('makes the projections again')])
    await waitFor('the gates to be there again', async () => names(await list('?name=shop')).length === 2)
  })
})
