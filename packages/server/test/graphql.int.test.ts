import { type Api, buildEvent, buildGroup, buildReceiver } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let api: Api
let receiver: string
beforeAll(async () => {
  test = await startTestApp()
  api = test.api
  receiver = await api.create('/receivers', buildReceiver())
})
afterAll(() => test.close())

const UNKNOWN_ID = '01HKX0J9KS8AASMRYX61458N41'

async function query(document: string, variables?: unknown, operationName?: string) {
  const { status, json } = await api.post('/graphql/query', { query: document, variables, operationName })
  expect(status).toBe(200)
  return json
}

it('an error names the value that was sent, also what is not read of it, and not all of a large one', async () => {
  const document = 'mutation ($e: CreateEventReceiverInput!) { create_event_receiver(event_receiver: $e) }'
  const long = 'x'.repeat(10_000)
  const { errors } = await query(document, {
    e: { nmae: 'typo', type: 'foo', schema: { a: [1] }, description: long },
  })
  const { message } = errors[0]
  expect(message).toContain('nmae: "typo"')
  expect(message).toContain('type: "foo"')
  expect(message).toContain('schema: [Object]')
  expect(message).not.toContain('x'.repeat(200))
})

describe('a JSON value', () => {
  const NVRPP = 'name: "json", version: "1", release: "1", platform_id: "l", package: "p", description: "d"'
  /** The text of the payload that a mutation records; its errors when it does not. */
  async function recordedText(declared: string, payload: string, variables: string): Promise<string> {
    const document = `mutation (${declared}) { create_event(event: {${NVRPP}, success: true,
      event_receiver_id: "${any}", payload: ${payload}}) }`.replace('()', '')
    const body = `{"query": ${JSON.stringify(document)}, "variables": ${variables}}`
    const { json } = await api.post('/graphql/query', body)
    if (json.errors) return json.errors.map(({ message }: { message: string }) => message).join('; ')
    const { text } = await api.get(`/events/${json.data.create_event}`)
    return /"payload":(.*),"success":true,"created_at"/s.exec(text)?.[1] ?? text
  }
  let any: string
  beforeAll(async () => {
    any = await api.create('/receivers', buildReceiver({ schema: {} }))
  })

  const EXACT = '{"2":12345678901234567890,"1":-0,"e":1e400}'
  it.each([
    ['$p: JSON', '{report: $p}', '{"p":{"passed":3}}', '{"report":{"passed":3}}'],
    ['$p: JSON', '{a: [{b: $p}, $p]}', `{"p":${EXACT}}`, `{"a":[{"b":${EXACT}},${EXACT}]}`],
    [
      '$p: JSON!',
      '[$p, 12345678901234567890, 1e400]',
      '{"p":12345678901234567890}',
      '[12345678901234567890,12345678901234567890,1e400]',
    ],
    ['$p: JSON', '{a: $p}', '{"p":"text"}', '{"a":"text"}'],
    ['$p: JSON', '{a: $p}', '{"p":"{\\"b\\":1}"}', '{"a":"{\\"b\\":1}"}'],
    ['$p: JSON', '{a: $p}', '{"p":null}', '{"a":null}'],
    ['$p: JSON', '{a: $p, b: 1}', '{}', '{"b":1}'],
    ['$p: JSON', '[$p, 1]', '{}', '[null,1]'],
    ['$p: JSON = {x: 12345678901234567890}', '{a: $p}', '{}', '{"a":{"x":12345678901234567890}}'],
    ['$p: JSON = "x"', '[$p]', '{}', '["x"]'],
    ['$p: [JSON]', '{a: $p}', `{"p":[${EXACT},"s",null,[1]]}`, `{"a":[${EXACT},"s",null,[1]]}`],
    ['$p: [[JSON!]!]', '{a: {b: $p}}', '{"p":[[1e400]]}', '{"a":{"b":[[1e400]]}}'],
    ['$p: [JSON!] = [1e400, {a: 0}]', '{a: $p}', '{}', '{"a":[1e400,{"a":0}]}'],
    [
      '$s: String!, $i: Int, $b: Boolean, $id: ID',
      '{s: $s, i: [{i: $i}], b: $b, id: $id}',
      '{"s":"{}","i":3,"b":true,"id":7}',
      '{"s":"{}","i":[{"i":3}],"b":true,"id":"7"}',
    ],
    [
      '$t: Time, $o: Order',
      '{t: $t, o: $o}',
      '{"t":"2026-11-26T10:00:00Z","o":"ASC"}',
      '{"t":"2026-11-26T10:00:00.000Z","o":"ASC"}',
    ],
    [
      '$e: NvrppInput',
      '{e: $e}',
      '{"e":{"name":"n","version":"1","release":"1","platform_id":"p","package":"k"}}',
      '{"e":{"name":"n","version":"1","release":"1","platform_id":"p","package":"k"}}',
    ],
    [
      '$e: CreateEventReceiverInput',
      '{e: $e}',
      '{"e":{"name":"n","type":"t","version":"1","description":"d","schema":{"const":1e400}}}',
      '{"e":{"name":"n","type":"t","version":"1","description":"d","schema":{"const":1e400}}}',
    ],
    ['', '"12345678901234567890"', '{}', '12345678901234567890'],
    ['$p: JSON!', '$p', `{"p":${JSON.stringify(EXACT)}}`, EXACT],
    ['$p: JSON!', '$p', `{"p":${EXACT}}`, EXACT],
    ['$p: JSON! = {a: 1e400}', '$p', '{}', '{"a":1e400}'],
  ])('is what it is: (%s) %s with %s', async (declared, payload, variables, recorded) => {
    expect(await recordedText(declared, payload, variables)).toBe(recorded)
  })

  it('is held to its schema as it is written, at every way in', async () => {
    const [big, next] = ['9007199254740993', '9007199254740992']
    const id = await api.create(
      '/receivers',
      buildReceiver({ type: 'of.exact', schema: { uniqueItems: true } }),
    )
    const { payload: _, ...event } = buildEvent(id)
    const rest = JSON.stringify(event).slice(0, -1)
    const large = `"${'x'.repeat(300_000)}"`
    const head = '"specversion":"1.0","source":"/s","type":"t","subject":"pkg:oci/n@1"'
    const cloudEvent = (items: string) => `{"id":"${crypto.randomUUID()}",${head},"data":${items}}`
    const ofData = await api.create(
      '/receivers',
      buildReceiver({ schema: { properties: { data: { uniqueItems: true } } } }),
    )
    const create = `mutation ($p: JSON!) { create_event(event: {${NVRPP}, success: true, event_receiver_id: "${id}", payload: $p}) }`
    const ways: Record<string, (items: string) => Promise<{ status: number; text: string }>> = {
      rest: (items) => api.post('/events', `${rest},"payload":${items}}`),
      express: (items) => api.post('/events?', `${rest},"payload":${items}}`),
      large: (items) => api.post('/events', `${rest},"payload":[${large},${items.slice(1)}}`),
      batch: (items) => api.post('/events/batch', `[${rest},"payload":${items}}]`),
      cloudEvent: (items) =>
        api.post(`/cloudevents?receiver=${ofData}`, cloudEvent(items), {
          'content-type': 'application/cloudevents+json',
        }),
      variable: (items) =>
        api.post('/graphql/query', `{"query":${JSON.stringify(create)},"variables":{"p":${items}}}`),
      literal: (items) =>
        api.post('/graphql/query', { query: create.replace('($p: JSON!) ', '').replace('$p', items) }),
    }
    for (const [way, send] of Object.entries(ways)) {
      const [good, bad] = [await send(`[${next},${big}]`), await send(`[${big},${big}.0]`)]
      expect([way, good.status, good.text]).toEqual([way, 200, expect.not.stringContaining('duplicate')])
      expect([way, bad.text]).toEqual([way, expect.stringContaining('must NOT have duplicate items')])
    }
  })

  it('that is a string is JSON text where it is the argument, or refused', async () => {
    for (const [declared, payload, variables] of [
      ['$p: JSON!', '$p', '{"p":"text"}'],
      ['', '"text"', '{}'],
      ['$p: JSON! = "text"', '$p', '{}'],
    ] as const)
      expect(await recordedText(declared, payload, variables)).toContain('must hold JSON text')
  })
})

describe('the workshop', () => {
  it('creates with literals: a receiver, a group and an event, and finds them', async () => {
    const created = await query(`mutation {
      create_event_receiver(event_receiver: {
        name: "the_clash", version: "1.0.0", type: "london.calling", description: "The only band that matters",
        schema: "{\\"name\\": \\"value\\"}"
      })
    }`)
    const id = created.data.create_event_receiver
    const group = await query(`mutation {
      create_event_receiver_group(event_receiver_group: {
        name: "foobar", version: "1.0.0", description: "a fake event receiver group", enabled: true,
        event_receiver_ids: ["${id}"], type: "test.test.test"
      })
    }`)
    const event = await query(`mutation {
      create_event(event: {
        name: "foo", version: "1.0.0", release: "20231103", platform_id: "x64-oci-linux-2", package: "oci",
        description: "The Foo of Brixton", payload: "{\\"name\\": \\"foo\\"}", success: true, event_receiver_id: "${id}"
      })
    }`)
    const found = await query(
      `query ($id: ID!, $group: ID!, $event: ID!) {
        event_receivers_by_id(id: $id) {id,name,schema,fingerprint,created_at}
        event_receiver_groups_by_id(id: $group) {id,type,enabled,event_receiver_ids,created_at,updated_at}
        events_by_id(id: $event) {id,name,payload,success,event_receiver_id,created_at}
      }`,
      { id, group: group.data.create_event_receiver_group, event: event.data.create_event },
    )
    expect(found).toMatchObject({
      data: {
        event_receivers_by_id: [{ id, schema: { name: 'value' } }],
        event_receiver_groups_by_id: [{ event_receiver_ids: [id], enabled: true }],
        events_by_id: [{ payload: { name: 'foo' }, success: true, event_receiver_id: id }],
      },
    })
  })

  it('enables and disables groups', async () => {
    const id = await api.create('/groups', buildGroup([receiver]))
    const set = async (state: string) =>
      (await query(`mutation ($id: ID!) { set_event_receiver_group_${state}(id: $id) }`, { id })).data
    expect(await set('disabled')).toEqual({ set_event_receiver_group_disabled: id })
    expect((await api.get(`/groups/${id}`)).json.data[0].enabled).toBe(false)
    await set('enabled')
    expect((await api.get(`/groups/${id}`)).json.data[0].enabled).toBe(true)
  })
})

describe('input', () => {
  const create = 'mutation ($obj: CreateEventInput!) { create_event(event: $obj) }'

  it('in variables may hold fields that its type does not have, and booleans as strings', async () => {
    const extra = { id: '', created_at: '', EventReceiver: {}, fingerprint: '', __proto__x: 1 }
    const { data } = await query(create, {
      obj: { ...buildEvent(receiver), ...extra, success: 'true' },
      unknown: 1,
    })
    expect((await api.get(`/events/${data.create_event}`)).json.data[0].success).toBe(true)
    const receiverExtra = { ...buildReceiver(), schema: '{}', id: '', created_at: '', fingerprint: '' }
    const made = await query(
      'mutation ($obj: CreateEventReceiverInput!) { create_event_receiver(event_receiver: $obj) }',
      { obj: receiverExtra },
    )
    expect(made.errors).toBeUndefined()
    const found = await query('query ($f: FindEventInput!) { events(event: $f) {id,name} }', {
      f: { id: data.create_event, created_at: '', event_receiver: {} },
    })
    expect(found.data.events).toHaveLength(1)
  })

  it('that names a field as REST does is told what it is called, and no more than once', async () => {
    const { errors } = await query('{ receivers { id } }')
    const message = 'Cannot query field "receivers" on type "Query". Did you mean "event_receivers"?'
    expect(errors).toEqual([
      {
        message,
        locations: [{ line: 1, column: 3 }],
        extensions: { code: 'INVALID_ARGUMENT', request_id: expect.any(String) },
      },
    ])
    const aliased = await query('query Q { r: receivers { id } }')
    expect(aliased.errors[0].message).toBe(message)
  })

  it('in literals is held to its type', async () => {
    const { errors } = await query('{ events(event: {colour: "red"}) {id} }')
    expect(errors[0].extensions.code).toBe('INVALID_ARGUMENT')
    expect((await query('{ events(event: {success: "true"}) {id} }')).errors).toHaveLength(1)
  })

  it.each([
    ['an object', { b: 1, a: [null] }, '{"b":1,"a":[null]}'],
    ['JSON text', '{"2":1, "1":12345678901234567890}', '{"2":1, "1":12345678901234567890}'],
    ['a number', 5, '5'],
    ['an array', [1, 2], '[1,2]'],
    ['text that is null', 'null', 'null'],
  ])('takes %s as JSON in variables', async (_, payload, expected) => {
    const { data } = await query(create, { obj: buildEvent(receiver, { payload }) })
    expect((await api.get(`/events/${data.create_event}`)).text).toContain(`"payload":${expected}`)
  })

  it('keeps numbers and the order of keys of objects in variables, and gives them back', async () => {
    const { payload: _, ...rest } = buildEvent(receiver)
    const payload = '{"2":12345678901234567890,"1":-0}'
    const obj = `${JSON.stringify(rest).slice(0, -1)},"payload":${payload}}`
    const created = await api.post(
      '/graphql/query',
      `{"query":${JSON.stringify(create)},"variables":{"obj":${obj}}}`,
    )
    const { text } = await api.post('/graphql/query', {
      query: `{ events_by_id(id: "${created.json.data.create_event}") {payload} }`,
    })
    expect(text).toContain(`"payload":${payload}`)
  })

  it('takes JSON literals, with variables inside', async () => {
    const { name, ...nvrpp } = buildEvent(receiver)
    const { data } = await query(
      `mutation ($n: String!, $v: Int) { create_event(event: {
        name: $n, version: "1", release: "1", platform_id: "p", package: "k", description: "d", success: true,
        event_receiver_id: "${nvrpp.event_receiver_id}", payload: {b: 12345678901234567890, a: [$v, true, null, "x"]}
      }) }`,
      { n: name, v: 3 },
    )
    const { text } = await api.get(`/events/${data.create_event}`)
    expect(text).toContain('"payload":{"b":12345678901234567890,"a":[3,true,null,"x"]}')
  })

  it('is refused with the words of REST', async () => {
    const cases: [object, string][] = [
      [{ name: ' ', version: '' }, 'INVALID_ARGUMENT'],
      [{ event_receiver_id: UNKNOWN_ID }, 'INVALID_ARGUMENT'],
      [{ payload: '{broken' }, 'INVALID_ARGUMENT'],
      [{ payload: undefined }, 'INVALID_ARGUMENT'],
      [{ success: undefined }, 'INVALID_ARGUMENT'],
      [{ success: 'maybe' }, 'INVALID_ARGUMENT'],
    ]
    for (const [overrides, code] of cases) {
      const { errors } = await query(create, {
        obj: buildEvent(receiver, overrides as Record<string, unknown>),
      })
      expect(errors[0].extensions.code).toBe(code)
    }
    const strict = await api.create('/receivers', buildReceiver({ schema: { type: 'string' } }))
    const body = buildEvent(strict, { payload: { a: 1 } })
    const rest = await api.post('/events', body)
    const { errors } = await query(create, { obj: body })
    const { code, details } = errors[0].extensions
    expect([code, details]).toEqual(['PAYLOAD_MISMATCH', rest.json.errors])
    expect(errors[0].message).toBe(rest.json.error.message)
  })
})

describe('searches', () => {
  it('match all given fields; null means "not given"', async () => {
    const event = buildEvent(receiver, { version: '7.7.7', success: false })
    const id = await api.create('/events', event)
    const find = async (filter: object) =>
      (await query('query ($f: FindEventInput!) { events(event: $f) {id} }', { f: filter })).data.events
    expect(await find({ name: event.name, version: null, success: null })).toEqual([{ id }])
    expect(await find({ name: event.name, success: true })).toEqual([])
    expect(
      await find({ name: event.name, event_receiver_id: receiver, version: '7.7.7', success: false }),
    ).toEqual([{ id }])
  })

  it('give the oldest first, page, and say under their response key that more exist', async () => {
    const name = `paged-${crypto.randomUUID()}`
    const bodies = Array.from({ length: 1005 }, () => buildEvent(receiver, { name }))
    const first = await api.post('/events/batch', bodies.slice(0, 1000))
    const rest = await api.post('/events/batch', bodies.slice(1000))
    const ids = [...first.json.data, ...rest.json.data].map(({ id }: { id: string }) => id)
    const all = await query(`{ many: events(event: {name: "${name}"}) {id} }`)
    expect(all.data.many.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 1000))
    expect(all.extensions).toEqual({ truncated: { many: ids[999] } })
    const next = await query(`{ events(event: {name: "${name}"}, after: "${ids[999]}", limit: 1000) {id} }`)
    expect(next.data.events.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1000))
    expect(next.extensions).toBeUndefined()
    const newest = await query(`{ events(event: {name: "${name}"}, order: DESC, limit: 2) {id} }`)
    expect(newest.data.events).toEqual([{ id: ids[1004] }, { id: ids[1003] }])
    expect((await query('{ events(event: {}, limit: 0) {id} }')).errors).toHaveLength(1)
    expect((await query('{ events(event: {}, created_after: "yesterday") {id} }')).errors).toHaveLength(1)
    expect(
      (await query(`{ events(event: {name: "${name}"}, created_after: "2999-01-01T00:00:00Z") {id} }`)).data
        .events,
    ).toEqual([])
  })

  it('answer through fragments, aliases and __typename', async () => {
    const id = await api.create('/events', buildEvent(receiver, { payload: { a: 1 } }))
    const { data } = await query(
      `query ($id: ID!) { one: events(event: {id: $id}) { ...f __typename } } fragment f on Event { p: payload ... on Event { release } }`,
      { id },
    )
    expect(data.one).toEqual([{ p: { a: 1 }, release: '2026.11.23', __typename: 'Event' }])
  })

  it('answer an unknown id with an error', async () => {
    for (const field of ['events_by_id', 'event_receivers_by_id', 'event_receiver_groups_by_id']) {
      const { errors, data } = await query(`{ ${field}(id: "${UNKNOWN_ID}") {id} }`)
      expect([errors[0].extensions.code, data]).toEqual(['NOT_FOUND', null])
    }
  })

  it('tell the status of a gate', async () => {
    const group = await api.create('/groups', buildGroup([receiver]))
    const { name, version, release, platform_id, package: pkg } = buildEvent(receiver)
    const { data } = await query(
      `query ($id: ID!, $n: NvrppInput!) { event_receiver_group_status(id: $id, nvrpp: $n) { state receivers { state event_id } } }`,
      { id: group, n: { name, version, release, platform_id, package: pkg } },
    )
    expect(data.event_receiver_group_status).toEqual({
      state: 'missing',
      receivers: [{ state: 'missing', event_id: null }],
    })
  })
})

describe('over HTTP', () => {
  it.each([
    ['parse', '{ events('],
    ['validation', '{ nothing }'],
    ['coercion', 'query ($id: ID!) { events_by_id(id: $id) {id} }'],
    ['resolver', `{ events_by_id(id: "${UNKNOWN_ID}") {id} }`],
    ['operation', 'query a { __typename } query b { __typename }'],
  ])(
    'answers 200 and application/json for a %s error, whatever Accept and content type say',
    async (_, document) => {
      for (const accept of [
        undefined,
        '*/*',
        'text/html',
        'application/graphql-response+json',
        'image/png',
      ]) {
        for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain']) {
          const response = await fetch(`${api.baseUrl}/api/v1/graphql/query/`, {
            method: 'POST',
            headers: { 'content-type': type, ...(accept && { accept }) },
            body: JSON.stringify({ query: document }),
          })
          expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
          expect(((await response.json()) as { errors: unknown[] }).errors).not.toHaveLength(0)
        }
      }
    },
  )

  it.each(['', 'x', '[]', '{}', '{"query":5}', '{"query":"{__typename}","variables":[]}', 'null'])(
    'answers 400 for a body that is %j',
    async (body) => {
      const { status, json } = await api.post('/graphql/query', body)
      expect([status, json.errors.length]).toEqual([400, 1])
    },
  )

  it('takes an empty operation name for none, and null variables', async () => {
    const { status, json } = await api.post('/graphql/query', {
      query: '{ __typename }',
      operationName: '',
      variables: null,
    })
    expect([status, json]).toEqual([200, { data: { __typename: 'Query' } }])
  })

  it('can be introspected', async () => {
    const { getIntrospectionQuery } = await import('graphql')
    const { data, errors } = await query(getIntrospectionQuery())
    expect(errors).toBeUndefined()
    expect(data.__schema.mutationType.name).toBe('Mutation')
  })

  it.each([
    [
      '5,000 aliases',
      `{ ${Array.from({ length: 5000 }, (_, index) => `a${index}: events(event: {}) {id}`).join(' ')} }`,
    ],
    [
      '200 root fields',
      `{ ${Array.from({ length: 200 }, (_, index) => `a${index}: __typename`).join(' ')} }`,
    ],
    [
      '900 root fields behind fragments',
      `{${Array.from({ length: 9 }, (_, f) => `...F${f}`).join(' ')}} ${Array.from({ length: 9 }, (_, f) => `fragment F${f} on Query{${Array.from({ length: 90 }, (_, i) => `f${f}a${i}:events(event:{}){id}`).join(' ')}}`).join(' ')}`,
    ],
    [
      '101 root fields behind inline fragments',
      `{ ${Array.from({ length: 101 }, (_, index) => `... on Query { a${index}: __typename }`).join(' ')} }`,
    ],
    ['a fragment loop', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'],
    [
      'fragments that multiply',
      `{ ...f0 } ${Array.from({ length: 40 }, (_, index) => `fragment f${index} on Query { ...f${index + 1} x: __typename ...f${index + 1} }`).join(' ')} fragment f40 on Query { __typename }`,
    ],
    ['nesting', `{ ${'__schema { types { fields { type { '.repeat(200)} name ${'} } } }'.repeat(200)} }`],
    [
      'introspection that multiplies',
      `{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }`,
    ],
    ['50,000 levels of literals', `{ events(event: ${'{a:'.repeat(50_000)}1${'}'.repeat(50_000)}) {id} }`],
  ])('refuses %s at once', async (_, document) => {
    const startedAt = performance.now()
    const { errors } = await query(document)
    expect(errors[0].extensions.code).toBe('INVALID_ARGUMENT')
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  it('does not read what was not asked for', async () => {
    const heavy = await api.create('/receivers', buildReceiver())
    const payload = 'x'.repeat(4 * 1024 * 1024)
    for (let index = 0; index < 4; index++) await api.create('/events', buildEvent(heavy, { payload }))
    const { data, extensions } = await query(`{ events(event: {event_receiver_id: "${heavy}"}) {id} }`)
    expect([data.events.length, extensions]).toEqual([4, undefined])
    const cut = await query(`{ events(event: {event_receiver_id: "${heavy}"}) {id payload} }`)
    expect(cut.data.events.length).toBeLessThan(4)
    expect(cut.extensions.truncated.events).toBe(cut.data.events.at(-1).id)
  })

  it('refuses what loads too much, whether by many fields or by one that is shown many times', async () => {
    const heavy = await api.create('/receivers', buildReceiver())
    const id = await api.create('/events', buildEvent(heavy, { payload: 'x'.repeat(4 * 1024 * 1024) }))
    const times = (count: number, field: string) =>
      Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ')
    const search = (fields: string) => `events(event: {event_receiver_id: "${heavy}"}) { ${fields} }`
    const get = `events_by_id(id: "${id}") { payload }`
    for (const document of [times(5, search('payload')), search(times(5, 'payload')), times(5, get)]) {
      const { data, errors } = await query(`{ ${document} }`)
      expect([data, errors[0].extensions.code]).toEqual([null, 'INVALID_ARGUMENT'])
      expect(errors[0].message).toContain('asks for too much')
    }
    expect((await query(`{ ${times(3, get)} }`)).errors).toBeUndefined()
  })
})

it('a query at the address of the page is told where to go', async () => {
  const { status, json } = await api.post('/graphql', { query: '{ events(event: {}) { id } }' })
  expect(status).toBe(405)
  expect(json.errors[0]).toContain('POST at /api/v1/graphql/query')
})
