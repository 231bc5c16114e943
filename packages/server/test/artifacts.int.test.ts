import { buildGroup, buildReceiver, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let receivers: string[]

const artifact = (name: string, version: string) => ({
  name,
  version,
  release: '1',
  platform_id: 'linux',
  package: 'oci',
})

const record = (name: string, version: string, place: number, success = true): Promise<string> =>
  test.api.create('/events', {
    ...artifact(name, version),
    description: 'd',
    success,
    event_receiver_id: receivers[place],
    payload: {},
  })

const list = async (query: string) => (await test.api.get(`/artifacts${query}`)).json
const called = ({ data }: { data: { name: string; version: string }[] }) =>
  data.map(({ name, version }) => `${name} ${version}`)

beforeAll(async () => {
  test = await startTestApp()
  receivers = []
  for (const name of ['build', 'scan'])
    receivers.push(await test.api.create('/receivers', buildReceiver({ name })))
  await test.api.create('/groups', buildGroup(receivers, { name: 'release' }))
  await test.api.create('/groups', buildGroup(receivers.slice(0, 1), { name: 'built' }))
  for (const [name, version] of [
    ['cart', '1'],
    ['cargo', '1'],
    ['shop', '1'],
    ['cart', '2'],
  ] as const)
    await record(name, version, 0)
  await waitFor('four artifacts', async () => (await list('')).data.length === 4)
})
afterAll(() => test.close())

describe('artifacts', () => {
  it('are listed, the one that was first seen last first', async () => {
    const answer = await list('')
    expect(called(answer)).toEqual(['cart 2', 'shop 1', 'cargo 1', 'cart 1'])
    expect(answer.data[0]).toMatchObject({ ...artifact('cart', '2'), events: 1, failures: 0 })
    expect(answer).toMatchObject({ history: null, next: null, cursor: expect.stringMatching(/^\d+$/) })
  })

  it('are found by a name, by how it begins, and by a version', async () => {
    expect(called(await list('?name=cart'))).toEqual(['cart 2', 'cart 1'])
    expect(called(await list('?name=car*'))).toEqual(['cargo 1', 'cart 1', 'cart 2'])
    expect(called(await list('?name=cart&version=1'))).toEqual(['cart 1'])
    expect(called(await list('?name=none'))).toEqual([])
  })

  it.each(['?limit=1', '?limit=1&name=car*', '?limit=1&name=cart'])('come in pages: %s', async (query) => {
    const all: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const answer = await list(`${query}${next && `&after=${encodeURIComponent(next)}`}`)
      all.push(...called(answer))
      next = answer.next
    }
    expect(all).toEqual(called(await list(query.replace('limit=1', 'limit=9'))))
  })

  it('refuse the place of another list', async () => {
    const answer = await test.api.get('/artifacts?after=2026-01-01T00:00:00Z~9')
    expect([answer.status, answer.json.error.message]).toEqual([
      400,
      'after must be the "next" of the page before',
    ])
  })
})

describe('the gates of an artifact', () => {
  const gates = (name: string, version: string) =>
    test.api.get(`/artifacts/gates?${new URLSearchParams(artifact(name, version))}`)

  it('are all that ask for one of its receivers, with each change', async () => {
    const ids: string[] = []
    for (const success of [false, false, true, true, false]) ids.push(await record('cart', '1', 1, success))
    const { json } = await gates('cart', '1')
    const [built, release] = json.data
    expect(built).toMatchObject({ group_name: 'built', state: 'open', changes: [{ state: 'open' }] })
    expect(release).toMatchObject({ group_name: 'release', state: 'failed' })
    expect(release.explanation).toMatch(/^failed \d+s: scan has failed$/)
    expect(
      release.changes.map(({ state, event_id }: { state: string; event_id: string }) => [
        state,
        ids.indexOf(event_id),
      ]),
    ).toEqual([
      ['missing', -1],
      ['failed', 0],
      ['open', 2],
      ['failed', 4],
    ])
    const status = await test.api.get(
      `/groups/${release.group_id}/status?${new URLSearchParams(artifact('cart', '1'))}`,
    )
    expect([release.state, release.since]).toEqual([status.json.data[0].state, status.json.data[0].since])
    expect(json.complete).toBe(true)
  })

  it('of one that nobody has recorded are not there', async () => {
    const answer = await gates('cart', '3')
    expect([answer.status, answer.json.error.message]).toEqual([
      404,
      expect.stringContaining('no event is about this artifact'),
    ])
    expect((await test.api.get('/artifacts/gates?name=cart')).status).toBe(400)
  })
})
