import { type GraphQLJsonRequestBody, http } from 'msw'
import { describe, expect, it } from 'vitest'
import { ID, OTHER_ID, original, ours, testClient, URL, useWire } from '../test/wire.js'

const wire = useWire()

type Sent = GraphQLJsonRequestBody<{ limit?: number; after?: string; order?: string; filter: object }>

/** Answers searches for events, and keeps what was sent. */
function onSearch(answer: (sent: Sent) => Response): Sent[] {
  const all: Sent[] = []
  wire.use(
    http.post(`${URL}/api/v1/graphql/query`, async ({ request }) => {
      const sent = (await request.json()) as Sent
      all.push(sent)
      return answer(sent)
    }),
    http.get(`${URL}/healthz/liveness`, () => ours({})),
  )
  return all
}

const rows = [
  { id: ID, name: 'a' },
  { id: OTHER_ID, name: 'b' },
]
const events = (list: object[], extensions?: object) => ({
  data: { events: list },
  ...(extensions && { extensions }),
})

describe('a server without cursors', () => {
  it('gets one plain query, with the asked fields only', async () => {
    const sent = onSearch(() => original(events(rows)))
    const client = testClient()
    expect(await client.events.find({ name: 'n', version: undefined }, { fields: ['id', 'name'] })).toEqual(
      rows,
    )
    expect(sent).toEqual([
      {
        query: 'query($filter: FindEventInput!) {events(event: $filter) {id,name}}',
        variables: { filter: { name: 'n' } },
      },
    ])
    const all = []
    for await (const row of client.events.findAll({}, { fields: ['name'], pageSize: 1 })) all.push(row)
    expect(all).toEqual([{ name: 'a' }, { name: 'b' }])
    expect(sent).toHaveLength(2)
  })

  it('is not asked who has recorded, which it does not know', async () => {
    const sent = onSearch(() => original(events([{ name: 'a' }])))
    wire.use(http.get(`${URL}/healthz/liveness`, () => original({})))
    expect(await testClient().events.find({}, { fields: ['name', 'actor'] })).toEqual([{ name: 'a' }])
    expect(sent.map(({ query }) => query)).toEqual([
      'query($filter: FindEventInput!) {events(event: $filter) {name}}',
    ])
  })

  it('has its list ordered and cut here', async () => {
    wire.use(http.get(`${URL}/healthz/liveness`, () => original({})))
    wire.use(http.post(`${URL}/api/v1/graphql/query`, () => original(events(rows))))
    const found = await testClient().events.find({}, { fields: ['name'], order: 'desc', limit: 1 })
    expect(found).toEqual([{ name: 'b' }])
    await expect(testClient().events.find({}, { after: ID })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
})

describe('a server with cursors', () => {
  it('is asked page by page', async () => {
    const sent = onSearch(({ variables }) => ours(events(variables?.after ? [] : rows)))
    const client = testClient()
    const found = []
    for await (const row of client.events.findAll({}, { fields: ['name'], pageSize: 2, order: 'desc' }))
      found.push(row)
    expect(found).toEqual([{ name: 'a' }, { name: 'b' }])
    expect(sent.map(({ variables }) => variables)).toEqual([
      { filter: {}, limit: 2, order: 'DESC' },
      { filter: {}, limit: 2, order: 'DESC', after: OTHER_ID },
    ])
  })

  it('is asked on where it says that it has cut a page early', async () => {
    const cut = { truncated: { events: ID } }
    const sent = onSearch(({ variables }) =>
      ours(variables?.after ? events(rows.slice(1)) : events(rows.slice(0, 1), cut)),
    )
    expect(await testClient().events.find({}, { fields: ['id', 'name'], limit: 10 })).toEqual(rows)
    expect(sent.map(({ variables }) => [variables?.limit, variables?.after])).toEqual([
      [10, undefined],
      [9, ID],
    ])
  })

  it('is asked on also when it is heard for the first time', async () => {
    const cut = { truncated: { events: ID } }
    onSearch(({ variables }) =>
      ours(variables?.after ? events(rows.slice(1)) : events(rows.slice(0, 1), cut)),
    )
    expect(await testClient().events.find({}, { fields: ['id', 'name'] })).toEqual(rows)
  })
})

describe('a search', () => {
  it('refuses fields and filters that do not exist, and invalid counts', async () => {
    const { events: calls } = testClient()
    const bad = [
      calls.find({}, { fields: ['id}} mutation {x'] as never }),
      calls.find({}, { fields: [] }),
      calls.find({ nam: 'x' } as never),
      calls.find({}, { limit: 0 }),
      calls.findAll({}, { pageSize: 1.5 }).next(),
    ]
    for (const call of bad) await expect(call).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it.each([
    ['no data', { data: null }],
    ['no list', { data: { events: {} } }],
    ['rows without an asked field', events([{ id: ID }])],
    ['a row that is null', { data: { events: [null] } }],
    ['no object', []],
  ])('fails with a ResponseError for %s', async (_, body) => {
    onSearch(() => ours(body))
    const call = testClient().events.find({}, { fields: ['id', 'name'] })
    await expect(call).rejects.toMatchObject({ name: 'ResponseError' })
  })

  it('fails with the code of the first error, or INVALID_ARGUMENT when there is none', async () => {
    const extensions = { code: 'NOT_FOUND', details: ['d'], request_id: 'q' }
    onSearch(() => ours({ data: null, errors: [{ message: 'm', extensions }, { message: 'n' }] }))
    await expect(testClient().events.find({})).rejects.toMatchObject({
      ...{ name: 'ApiError', code: 'NOT_FOUND', details: ['m', 'n'], requestId: 'q', status: 200 },
    })
    onSearch(() => original({ errors: [{ message: 'syntax', locations: [] }] }))
    await expect(testClient().events.find({})).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'syntax',
    })
  })

  it('is made again when the server is busy; a mutation is not', async () => {
    const busy = { errors: [{ message: 'busy', extensions: { code: 'UNAVAILABLE' } }] }
    let calls = 0
    onSearch(() => ours(++calls % 2 === 1 ? busy : events(rows)))
    expect(await testClient().events.find({}, { fields: ['id', 'name'] })).toEqual(rows)
    const mutation = testClient().graphql('mutation {create_event(event: {}) }')
    await expect(mutation).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(calls).toBe(3)
  })
})
