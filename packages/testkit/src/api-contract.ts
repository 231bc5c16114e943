import { createHash } from 'node:crypto'
import { buildCloudEvent, buildEvent, buildGroup, buildReceiver, waitFor } from '@epr/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Api, createApi, readFeed } from './api.js'

export interface ContractSubject {
  /** May have a key, as the password of anybody. */
  baseUrl: string
  /** What every request has: another way to send a key. */
  headers?: Record<string, string>
  /** Who stands on what is recorded; null where nobody is asked. */
  actor: unknown
  /** The path below `/api/v1` that records an event; a query on it leads through Express. */
  recordPath: string
}

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/
const UNKNOWN_ID = '01HKX0J9KS8AASMRYX61458N41'

/** What REST promises (contract, sections 1, 2 and 4), checked against whatever `getSubject` gives. */
export function describeApiContract(name: string, getSubject: () => Promise<ContractSubject>): void {
  describe(`REST contract ${name}`, () => {
    let api: Api
    let record: string
    let receiver: string
    let actor: unknown

    beforeAll(async () => {
      const subject = await getSubject()
      api = createApi(subject.baseUrl, subject.headers)
      actor = subject.actor
      record = subject.recordPath
      receiver = await api.create('/receivers', buildReceiver())
    })

    describe('receivers', () => {
      it('are created with 200 and their id, and got as an array of one', async () => {
        const created = await api.post(
          '/receivers',
          buildReceiver({ schema: { type: 'object' }, enabled: true, id: '' }),
        )
        expect(created.status).toBe(200)
        expect(Object.keys(created.json)).toEqual(['data'])
        expect(created.json.data).toMatch(ULID)
        const got = await api.get(`/receivers/${created.json.data}`)
        expect(got.json.data).toEqual([
          {
            ...buildReceiver({ schema: { type: 'object' } }),
            id: created.json.data,
            fingerprint: createHash('sha256')
              .update('v1 epr.foo.cli foo cli created foo foo-cli 1.0.0')
              .digest('hex'),
            created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
          },
        ])
      })

      it('are refused with every blank field named', async () => {
        const { status, json } = await api.post('/receivers', {
          schema: {},
          name: ' ',
          version: '',
          type: 't',
        })
        expect(status).toBe(400)
        expect(json.data ?? []).toEqual([])
        expect(json.errors.join()).toMatch(/name.*version.*description/)
      })

      it.each([
        ['missing', {}],
        ['a string', { schema: '{}' }],
        ['null', { schema: null }],
        ['an array', { schema: [] }],
        ['no valid JSON Schema', { schema: { type: 'no such type' } }],
      ])('are refused when the schema is %s', async (_, overrides) => {
        const { schema: _schema, ...rest } = buildReceiver()
        const { status, json } = await api.post('/receivers', { ...rest, ...overrides })
        expect(status).toBe(400)
        expect(json.error.code).toBe('INVALID_ARGUMENT')
      })

      it('take a boolean as schema', async () => {
        const refusing = await api.create('/receivers', buildReceiver({ schema: false }))
        expect((await api.post(record, buildEvent(refusing))).status).toBe(400)
      })
    })

    describe('groups', () => {
      it('are created, got and disabled; updated_at moves each time', async () => {
        const other = await api.create('/receivers', buildReceiver())
        const id = await api.create('/groups', buildGroup([other, receiver]))
        const [created] = (await api.get(`/groups/${id}`)).json.data
        expect(created).toEqual({
          ...buildGroup([other, receiver]),
          id,
          created_at: created.updated_at,
          updated_at: expect.any(String),
        })
        for (const enabled of [false, false, true]) {
          const [before] = (await api.get(`/groups/${id}`)).json.data
          const patched = await api.patch(`/groups/${id}`, { enabled })
          expect([patched.status, patched.json]).toEqual([200, { data: id }])
          const [after] = (await api.get(`/groups/${id}/`)).json.data
          expect(after).toEqual({ ...before, enabled, updated_at: after.updated_at })
          expect(after.updated_at).not.toBe(before.updated_at)
        }
      })

      it('are disabled when they do not say otherwise', async () => {
        const { enabled: _, ...silent } = buildGroup([receiver])
        const id = await api.create('/groups', silent)
        expect((await api.get(`/groups/${id}`)).json.data[0].enabled).toBe(false)
      })

      it('are refused without receivers, with unknown ones and with repeated ones', async () => {
        for (const ids of [[], undefined, [UNKNOWN_ID], [receiver, receiver], 'x', [null]]) {
          const { status } = await api.post('/groups', { ...buildGroup([]), event_receiver_ids: ids })
          expect([ids, status]).toEqual([ids, 400])
        }
      })

      it('refuse a change that says neither true nor false', async () => {
        const id = await api.create('/groups', buildGroup([receiver]))
        for (const body of [{}, { enabled: 'true' }, { enabled: null }, []]) {
          expect((await api.patch(`/groups/${id}`, body)).status).toBe(400)
        }
      })
    })

    describe('events', () => {
      it('come back as they were sent, with their receiver', async () => {
        const body = buildEvent(receiver, {
          description: 'ünïcödé 🎸',
          id: '',
          created_at: '',
          EventReceiver: {},
        })
        const created = await api.post(record, body)
        expect([created.status, Object.keys(created.json)]).toEqual([200, ['data']])
        // A line, as the original writes it.
        expect(created.text).toBe(`{"data":"${created.json.data}"}\n`)
        const got = (await api.get(`/events/${created.json.data}`)).json.data
        const { EventReceiver: _, ...fields } = body as Record<string, unknown>
        expect(got).toEqual([
          {
            ...fields,
            id: created.json.data,
            created_at: expect.any(String),
            actor,
            EventReceiver: (await api.get(`/receivers/${receiver}`)).json.data[0],
          },
        ])
      })

      it('are failures when they do not say that they succeeded', async () => {
        const { success: _, ...silent } = buildEvent(receiver)
        const id = await api.create(record, silent)
        expect((await api.get(`/events/${id}`)).json.data[0].success).toBe(false)
      })

      it.each([
        ['numbers beyond 2^53', '{"n":12345678901234567890,"e":1e400,"f":0.1000000000000000055}'],
        ['minus zero', '-0'],
        ['the order of keys', '{"b":1,"10":2,"a":3,"2":4}'],
        ['null', 'null'],
        ['escaped NUL and half a pair', '"\\u0000\\ud83c"'],
        ['repeated keys and white space', '{ "a" : 1,\n "a" : 2 }'],
      ])('keep %s in a payload exactly', async (_, payload) => {
        const { payload: _payload, ...rest } = buildEvent(receiver)
        const id = await api.create(record, `${JSON.stringify(rest).slice(0, -1)},"payload":${payload}}`)
        expect((await api.get(`/events/${id}`)).text).toContain(`"payload":${payload}`)
      })

      it('are read as JSON whatever their content type says, or when there is none', async () => {
        for (const type of ['application/x-www-form-urlencoded', 'text/plain; charset=utf-16', 'nonsense']) {
          expect((await api.post(record, buildEvent(receiver), { 'content-type': type })).status).toBe(200)
        }
        const bare = await fetch(`${api.baseUrl}/api/v1${record}`, {
          method: 'POST',
          headers: api.headers,
          body: new TextEncoder().encode(JSON.stringify(buildEvent(receiver))),
        })
        expect(bare.status).toBe(200)
      })

      it.each([
        ['malformed JSON', '{"name":'],
        ['an empty body', ''],
        ['no object', '[]'],
        ['bytes that are not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
        ['nesting without end', `{"payload":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
        ['a raw NUL', '{"name":"a\0b"}'],
      ])('are refused as %s', async (_, body) => {
        const { status, json } = await api.post(record, body)
        expect([status, json.error.code, json.errors.length]).toEqual([400, 'INVALID_ARGUMENT', 1])
      })

      it.each([
        ['an unknown receiver', { event_receiver_id: UNKNOWN_ID }],
        ['no ULID as receiver', { event_receiver_id: 'x' }],
        ['a missing payload', { payload: undefined }],
        ['a NUL in a field', { name: 'a\0b' }],
        ['a field of 256 characters', { name: 'x'.repeat(256) }],
        ['a success that is not a boolean', { success: 'true' }],
        ['a number as a name', { name: 5 }],
      ])('are refused with %s', async (_, overrides) => {
        const { status, json } = await api.post(record, buildEvent(receiver, overrides))
        expect([status, json.error.code]).toEqual([400, 'INVALID_ARGUMENT'])
      })

      it('are refused with every violation of the schema named', async () => {
        const schema = { type: 'object', required: ['a', 'b'], properties: { c: { type: 'string' } } }
        const strict = await api.create('/receivers', buildReceiver({ schema }))
        const { status, json } = await api.post(record, buildEvent(strict, { payload: { c: 1 } }))
        expect([status, json.error.code, json.errors.length]).toEqual([400, 'PAYLOAD_MISMATCH', 3])
      })

      it('may hold a payload of several MB, and are refused beyond the limit', async () => {
        const large = buildEvent(receiver, { payload: { text: 'x'.repeat(5 * 1024 * 1024) } })
        const id = await api.create(record, large)
        expect((await api.get(`/events/${id}`)).json.data[0].payload).toEqual(large.payload)
        const tooLarge = buildEvent(receiver, { payload: { text: 'x'.repeat(17 * 1024 * 1024) } })
        const { status, json } = await api.post(record, tooLarge)
        expect([status, json.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
      })
    })

    it('records a CloudEvent once, and refuses another one under its source and id', async () => {
      await api.create('/receivers', buildReceiver({ type: 'foo.cloud' }))
      const event = buildCloudEvent({ type: 'foo.cloud' })
      const structured = { 'content-type': 'application/cloudevents+json' }
      const first = await api.post('/cloudevents', event, structured)
      expect(first.status).toBe(200)
      expect((await api.post('/cloudevents', event, structured)).text).toBe(first.text)
      const other = await api.post('/cloudevents', { ...event, data: 'another' }, structured)
      expect([other.status, other.json.error.code]).toEqual([409, 'ALREADY_EXISTS'])
    })

    it('answers 404 for unknown ids and paths, 405 for methods that a path does not have', async () => {
      for (const kind of ['receivers', 'groups', 'events']) {
        for (const id of [UNKNOWN_ID, 'x', '%00', '%ff']) {
          const { status } = await api.get(`/${kind}/${id}`)
          expect([kind, id, status]).toEqual([kind, id, id === '%ff' || id === '%00' ? 400 : 404])
        }
      }
      expect((await api.patch(`/groups/${UNKNOWN_ID}`, { enabled: true })).status).toBe(404)
      expect((await api.get('/nothing')).status).toBe(404)
      const wrong = await api.patch('/events', {})
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST, GET'])
    })

    it('takes a trailing slash everywhere', async () => {
      const id = await api.create('/receivers/', buildReceiver())
      expect((await api.get(`/receivers/${id}/`)).status).toBe(200)
      expect((await api.post('/events/', buildEvent(id))).status).toBe(200)
      expect((await api.get('/events/?limit=1')).status).toBe(200)
    })

    it('says its features and a request id on every answer', async () => {
      for (const answer of [
        await api.get('/nothing'),
        await api.post(record, '{'),
        await api.post(record, buildEvent(receiver)),
      ]) {
        expect(answer.headers.get('epr-features')).toBe(
          'idempotency-key, batch, cursor, feed, group-status, auth, actor',
        )
        expect(answer.headers.get('x-request-id')).toBeTruthy()
      }
      const named = await api.post(record, '{', { 'x-request-id': 'mine-1' })
      expect([named.headers.get('x-request-id'), named.json.error.request_id]).toEqual(['mine-1', 'mine-1'])
    })

    it('reads compressed bodies', async () => {
      const { gzipSync } = await import('node:zlib')
      const body = gzipSync(JSON.stringify(buildEvent(receiver)))
      expect((await api.post(record, body, { 'content-encoding': 'gzip' })).status).toBe(200)
      expect((await api.post(record, body.subarray(0, 20), { 'content-encoding': 'gzip' })).status).toBe(400)
      expect((await api.post(record, body, { 'content-encoding': 'zzz' })).status).toBe(415)
    })

    describe('gates', () => {
      it('complete on the last success, close on a failure, and complete again on the next success', async () => {
        const receivers = [
          await api.create('/receivers', buildReceiver()),
          await api.create('/receivers', buildReceiver({ type: 'second' })),
        ]
        const group = await api.create('/groups', buildGroup(receivers, { type: 'gate.open' }))
        const disabled = await api.create('/groups', buildGroup(receivers, { enabled: false }))
        const event = buildEvent('')
        const outcomes: [number, boolean][] = [
          [0, true],
          [1, false],
          [1, true],
          [0, false],
          [0, true],
        ]
        const ids: string[] = []
        for (const [index, success] of outcomes) {
          ids.push(await api.create(record, { ...event, event_receiver_id: receivers[index], success }))
        }
        const sent = await waitFor('the messages of all events', async () => {
          const messages = (await readFeed(api))
            .map(({ message }) => message)
            .filter(({ name }) => name === event.name)
          return messages.filter(({ id }) => ids.includes(id)).length === ids.length && messages
        })
        expect(sent.map(({ id }) => id)).toEqual([ids[0], ids[1], ids[2], group, ids[3], ids[4], group])
        expect(sent.some(({ id }) => id === disabled)).toBe(false)
        const completion = sent[3]
        expect(completion).toMatchObject({
          type: 'gate.open',
          success: true,
          name: event.name,
          package: event.package,
        })
        const [last] = completion?.data.events ?? []
        expect(last).toMatchObject({ id: ids[2], event_receiver_id: receivers[1] })
        // As the original has it: whole, because no other place of the message has its schema.
        expect(last?.EventReceiver).toEqual((await api.get(`/receivers/${receivers[1]}`)).json.data[0])
        expect(Object.keys(last ?? {}).slice(-3)).toEqual([
          'created_at',
          'event_receiver_id',
          'EventReceiver',
        ])
        expect(completion?.data.event_receiver_groups[0]).toMatchObject({
          id: group,
          event_receiver_ids: receivers,
        })
      })
    })
  })
}
