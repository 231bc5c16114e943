import { type Api, buildEvent, buildGroup, buildReceiver, readFeed, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let api: Api
let receiver: string
let ids: string[]

beforeAll(async () => {
  test = await startTestApp()
  api = test.api
  receiver = await api.create('/receivers', buildReceiver({ name: 'listed' }))
  const bodies = Array.from({ length: 25 }, (_, index) =>
    buildEvent(receiver, { name: index % 2 ? 'odd' : 'even', version: `${index}`, success: index % 5 !== 0 }),
  )
  ids = (await api.post('/events/batch', bodies)).json.data.map(({ id }: { id: string }) => id)
})
afterAll(() => test.close())

/** Follows the links until there are none. */
async function readAll(path: string): Promise<string[]> {
  const found: string[] = []
  for (let url: string | undefined = `${api.baseUrl}/api/v1${path}`; url; ) {
    const response: Response = await fetch(url)
    expect(response.status).toBe(200)
    const { data } = (await response.json()) as { data: { id: string }[] }
    found.push(...data.map(({ id }) => id))
    const next: string | undefined = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
    url = next && new URL(next, url).href
  }
  return found
}

describe('lists', () => {
  it('give the newest first, a hundred at most, without receivers inside', async () => {
    const { json, headers } = await api.get('/events')
    expect(json.data.map(({ id }: { id: string }) => id)).toEqual([...ids].reverse())
    expect(headers.get('link')).toBeNull()
    expect(json.data[0]).not.toHaveProperty('EventReceiver')
  })

  it('page through everything once, in both orders', async () => {
    expect(await readAll('/events?limit=10')).toEqual([...ids].reverse())
    expect(await readAll('/events?limit=7&order=asc')).toEqual(ids)
    expect(await readAll('/events?limit=25&order=asc')).toEqual(ids)
  })

  it.each([
    ['2000-01-01t00:00:00z', true],
    ['2000-01-01T00:00:00.123456789012345Z', true],
    ['1990-12-31T15:59:60-08:00', true],
    ['0001-01-01T00:00:00+23:59', true],
    ['9999-12-31T23:59:59-23:59', true],
    ['2026-02-30T00:00:00Z', false],
    ['2026-11-26T24:00:00Z', false],
    ['0000-01-01T00:00:00Z', false],
    ['2026-11-26 10:00:00Z', false],
    ['2026-11-26', false],
  ])('take a time as RFC 3339 has it, in REST, in GraphQL and in the feed: %s', async (time, isOne) => {
    const said = encodeURIComponent(time)
    for (const path of [
      `/events?created_after=${said}`,
      `/groups?created_before=${said}`,
      `/messages?after=${said}`,
    ]) {
      const { status, json } = await api.get(path)
      expect([path, status, json.errors]).toEqual([
        path,
        ...(isOne ? [200, undefined] : [400, [expect.stringContaining('RFC 3339')]]),
      ])
    }
    for (const ask of [
      { query: `{ events(event: {}, created_after: ${JSON.stringify(time)}) {id} }` },
      {
        query: 'query ($t: Time) { event_receivers(event_receiver: {}, created_before: $t) {id} }',
        variables: { t: time },
      },
    ]) {
      const { json } = await api.post('/graphql/query', ask)
      expect([ask, json.errors === undefined]).toEqual([ask, isOne])
      if (!isOne) expect(json.errors[0].message).toContain('RFC 3339')
    }
  })

  it('know ids as they are written, and say so', async () => {
    const lower = receiver.toLowerCase()
    for (const path of [`/receivers/${lower}`, `/events/${lower}`, `/groups/${lower}`]) {
      const { status, json } = await api.get(path)
      expect([path, status, json.errors]).toEqual([
        path,
        404,
        [expect.stringMatching(new RegExp(`${lower}": ids are written in capitals, ${receiver}$`))],
      ])
    }
    const { json } = await api.post('/events', buildEvent(lower))
    expect(json.errors).toEqual([expect.stringContaining('capitals')])
    expect((await api.get('/events/nobody')).json.errors).toEqual(['there is no event "nobody"'])
  })

  it('take a plus that was not encoded in the offset of a time', async () => {
    expect((await api.get('/events?created_after=2000-01-01T00:00:00+01:00')).status).toBe(200)
  })

  it('find by exact matches, all of them', async () => {
    expect(await readAll('/events?name=odd&order=asc')).toEqual(ids.filter((_, index) => index % 2 === 1))
    expect(await readAll('/events?name=even&version=4')).toEqual([ids[4]])
    expect(await readAll('/events?success=false&order=asc')).toEqual(
      ids.filter((_, index) => index % 5 === 0),
    )
    expect(await readAll(`/events?event_receiver_id=${receiver}&success=true&name=odd&limit=3`)).toHaveLength(
      10,
    )
    expect(await readAll(`/events?id=${ids[3]}`)).toEqual([ids[3]])
    expect(await readAll('/events?name=nobody')).toEqual([])
  })

  it('find by time: from created_after on, up to but without created_before', async () => {
    const { data } = (await api.get(`/events/${ids[9]}`)).json
    const moment = encodeURIComponent(data[0].created_at)
    const from = await readAll(`/events?created_after=${moment}&order=asc`)
    const before = await readAll(`/events?created_before=${moment}&order=asc`)
    expect([...before, ...from]).toEqual(ids)
    expect(from).toContain(ids[9])
    expect(await readAll('/events?created_before=2020-01-01T00:00:00Z')).toEqual([])
    expect(await readAll('/events?created_after=2020-01-01T01:00:00%2B01:00&limit=25')).toHaveLength(25)
  })

  it('end a page early rather than hold many large payloads', async () => {
    const large = await api.create('/receivers', buildReceiver())
    const bodies = Array.from({ length: 5 }, () =>
      buildEvent(large, { payload: 'x'.repeat(3 * 1024 * 1024) }),
    )
    const created = await Promise.all(bodies.map((body) => api.create('/events', body)))
    const first = await api.get(`/events?event_receiver_id=${large}`)
    expect(first.json.data.length).toBeLessThan(5)
    expect(first.text.length).toBeLessThan(12 * 1024 * 1024)
    expect((await readAll(`/events?event_receiver_id=${large}`)).sort()).toEqual(created.sort())
  })

  it('end a page, and one of the feed, where the setting says', async () => {
    const other = await startTestApp({ maxPageBytes: 64 * 1024 })
    try {
      const id = await other.api.create('/receivers', buildReceiver())
      for (let made = 0; made < 4; made++)
        await other.api.create('/events', buildEvent(id, { payload: 'x'.repeat(40_000) }))
      const found = await other.api.get(`/events?event_receiver_id=${id}`)
      expect(found.json.data).toHaveLength(2)
      const second = await other.api.get(`/events?event_receiver_id=${id}&after=${found.json.data[1].id}`)
      expect(second.json.data).toHaveLength(2)
      await waitFor('five messages', async () => (await readFeed(other.api)).length === 5)
      expect((await other.api.get('/messages?after=1')).json.data).toHaveLength(1)
    } finally {
      await other.close()
    }
  })

  it('list receivers and groups too', async () => {
    const group = await api.create('/groups', buildGroup([receiver], { name: 'listed' }))
    expect(await readAll('/receivers?name=listed')).toEqual([receiver])
    expect(await readAll('/groups?name=listed&type=epr.foo.group&version=1.0.0')).toEqual([group])
    const { json } = await api.get('/groups?name=listed')
    expect(json.data[0]).toMatchObject({ event_receiver_ids: [receiver], enabled: true })
  })

  it.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'limit=1&limit=2',
    'order=up',
    'after=x',
    'created_after=yesterday',
    'created_before=2026-13-01T00:00:00Z',
    'success=maybe',
    'colour=red',
  ])('refuse ?%s', async (query) => {
    const { status, json } = await api.get(`/events?${query}`)
    expect([status, json.error.code]).toEqual([400, 'INVALID_ARGUMENT'])
  })
})

describe('a batch', () => {
  it('records what is good and says of the rest what is wrong, in order', async () => {
    const bodies = [
      buildEvent(receiver),
      buildEvent(receiver, { name: '' }),
      5,
      null,
      [],
      buildEvent('nobody'),
      buildEvent(receiver),
    ]
    const { status, json } = await api.post('/events/batch', bodies)
    expect(status).toBe(200)
    expect(json.data.map((result: object) => Object.keys(result))).toEqual([
      ['id'],
      ['errors', 'error'],
      ['errors', 'error'],
      ['errors', 'error'],
      ['errors', 'error'],
      ['errors', 'error'],
      ['id'],
    ])
    expect(json.data[1].error).toMatchObject({ code: 'INVALID_ARGUMENT', details: json.data[1].errors })
    expect((await api.get(`/events/${json.data[6].id}`)).status).toBe(200)
  })

  it('keeps payloads exactly', async () => {
    const { payload: _, ...rest } = buildEvent(receiver)
    const element = `${JSON.stringify(rest).slice(0, -1)},"payload":{"2":1e2,"1":[-0]}}`
    const { json } = await api.post('/events/batch', `[${element}, ${element}]`)
    for (const { id } of json.data)
      expect((await api.get(`/events/${id}`)).text).toContain('"payload":{"2":1e2,"1":[-0]}')
  })

  it('takes 1 to 1000 events', async () => {
    expect((await api.post('/events/batch', [])).status).toBe(400)
    expect((await api.post('/events/batch', {})).status).toBe(400)
    const many = (count: number) => Array.from({ length: count }, () => buildEvent(receiver))
    expect((await api.post('/events/batch', many(1001))).status).toBe(400)
    const { json } = await api.post('/events/batch', many(1000))
    expect(new Set(json.data.map(({ id }: { id: string }) => id)).size).toBe(1000)
  })
})

describe('the status of a gate', () => {
  const query = (event: Record<string, unknown>) =>
    new URLSearchParams(
      ['name', 'version', 'release', 'platform_id', 'package'].map((field): [string, string] => [
        field,
        String(event[field]),
      ]),
    ).toString()

  it('names the deciding events; failed wins over missing', async () => {
    const receivers = [
      await api.create('/receivers', buildReceiver()),
      await api.create('/receivers', buildReceiver()),
    ]
    const [first = '', second = ''] = receivers
    const group = await api.create('/groups', buildGroup(receivers, { enabled: false }))
    const event = buildEvent(first)
    const status = async () => (await api.get(`/groups/${group}/status?${query(event)}`)).json.data[0]

    expect(await status()).toEqual({
      group_id: group,
      ...{ group_name: buildGroup([]).name, group_version: buildGroup([]).version },
      enabled: false,
      state: 'missing',
      since: null,
      explanation: `waiting: ${receivers.map((id) => `${buildReceiver().name} (${id}) has no event`).join(', ')}`,
      receivers: receivers.map((id) => ({
        event_receiver_id: id,
        event_receiver_name: buildReceiver().name,
        event_receiver_version: buildReceiver().version,
        state: 'missing',
        event_id: null,
        event_description: null,
        since: null,
        actor: null,
      })),
    })
    const failure = await api.create('/events', { ...event, success: false })
    expect(await status()).toMatchObject({
      state: 'failed',
      since: expect.any(String),
      receivers: [
        { state: 'failed', event_id: failure, event_description: event.description },
        { state: 'missing' },
      ],
    })
    const success = await api.create('/events', event)
    expect((await status()).state).toBe('missing')
    const last = await api.create('/events', { ...event, event_receiver_id: second })
    const open = await status()
    expect(open).toMatchObject({
      state: 'open',
      receivers: [
        { state: 'passed', event_id: success },
        { state: 'passed', event_id: last },
      ],
    })
    expect(open.since).toBe((await api.get(`/events/${last}`)).json.data[0].created_at)
  })

  it('needs the whole NVRPP and a group that exists', async () => {
    const group = await api.create('/groups', buildGroup([receiver]))
    const event = buildEvent(receiver)
    expect((await api.get(`/groups/${group}/status?name=x`)).status).toBe(400)
    expect((await api.get(`/groups/${group}/status?${query(event)}&x=1`)).status).toBe(400)
    expect((await api.get(`/groups/${receiver}/status?${query(event)}`)).status).toBe(404)
  })
})
