import { inspect } from 'node:util'
import { HttpResponse, http } from 'msw'
import { describe, expect, it } from 'vitest'
import { FEATURES, ID, inTurn, ours, testClient, URL, useWire } from '../../test/wire.js'
import { createClient, type TokenSource } from '../index.js'

const wire = useWire()
const ASKING = { 'epr-features': `${FEATURES['epr-features']}, auth` }

/** A source of these tokens, one after the other each time that it is renewed. */
function sourceOf(...tokens: string[]): TokenSource & { asked: number } {
  let at = 0
  return {
    asked: 0,
    async get() {
      this.asked++
      return tokens[at]
    },
    async renew() {
      at = Math.min(at + 1, tokens.length - 1)
      return tokens[at]
    },
  }
}

/** Answers with `statuses` in turn, and keeps what it was sent. */
function listen(...statuses: number[]): (string | null)[] {
  const sent: (string | null)[] = []
  const status = inTurn(...statuses.map((each) => () => each))
  wire.use(
    http.get(`${URL}/api/v1/events/:id`, ({ request }) => {
      sent.push(request.headers.get('authorization'))
      const answer = status()
      return answer === 200
        ? ours({ data: [{ id: ID }] })
        : ours({ errors: [`not ${sent.at(-1)}`] }, answer, ASKING)
    }),
  )
  return sent
}

const get = (token: TokenSource): Promise<unknown> =>
  testClient({ token, retry: false })
    .events.get(ID)
    .catch((error: unknown) => error)

describe('a source of tokens', () => {
  it('is asked before each request', async () => {
    const sent = listen(200)
    const tokens = ['one', 'two']
    const client = testClient({
      token: { get: async () => tokens.shift(), renew: async () => undefined },
      retry: false,
    })
    for (const _ of ['first', 'second']) await client.events.get(ID).catch(() => undefined)
    expect(sent).toEqual(['Bearer one', 'Bearer two'])
  })

  it('is asked for another token when one is refused, once', async () => {
    const sent = listen(401)
    expect(await get(sourceOf('one', 'two', 'three'))).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(sent).toEqual(['Bearer one', 'Bearer two'])
  })

  it('that has no other makes no second request', async () => {
    const sent = listen(401)
    expect(await get(sourceOf('one'))).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(sent).toEqual(['Bearer one'])
  })

  it('also makes creations again, which a 401 has not done', async () => {
    const sent: (string | null)[] = []
    wire.use(
      http.post(`${URL}/api/v1/receivers`, ({ request }) => {
        sent.push(request.headers.get('authorization'))
        return sent.length === 1 ? ours({ errors: ['no'] }, 401) : ours({ data: ID })
      }),
    )
    const receiver = { name: 'n', type: 't', version: '1', description: 'd', schema: {} }
    expect(await testClient({ token: sourceOf('one', 'two') }).receivers.create(receiver)).toBe(ID)
    expect(sent).toEqual(['Bearer one', 'Bearer two'])
  })

  it('gives nothing that is shown', async () => {
    listen(401)
    const failure = await get(sourceOf('tok-1', 'tok-2'))
    expect(inspect(failure, { depth: null })).toContain('not Bearer ***')
    expect(inspect(failure, { depth: null })).not.toMatch(/tok-/)
    expect(await get(sourceOf('tok 1'))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'token must be printable ASCII without spaces',
    })
  })

  it('is refused beside a password', () => {
    const url = 'http://user:password@epr.test'
    expect(() => createClient({ url, token: sourceOf('one') })).toThrow('url must not hold a password')
  })
})

describe('a source that was detected', () => {
  const alive = (answer: () => Response) =>
    wire.use(
      http.get(`${URL}/healthz/liveness`, ({ request }) => {
        expect(request.headers.get('authorization')).toBeNull()
        return answer()
      }),
    )

  it('is for servers that say that they ask who calls', async () => {
    alive(() => ours({}, 200, ASKING))
    const sent = listen(200)
    await get({ ...sourceOf('one'), isDetected: true })
    expect(sent).toEqual(['Bearer one'])
  })

  it.each([
    ['of others', () => ours({})],
    ['that say nothing', () => HttpResponse.json({})],
  ])('is not asked for servers %s', async (_, answer) => {
    alive(answer)
    const sent = listen(200)
    const source = { ...sourceOf('one'), isDetected: true }
    await get(source)
    expect(sent).toEqual([null])
    expect(source.asked).toBe(0)
  })

  it('waits for a server that is away', async () => {
    alive(() => HttpResponse.json({ errors: ['away'] }, { status: 503 }))
    const sent = listen(200)
    expect(await get({ ...sourceOf('one'), isDetected: true })).toMatchObject({ code: 'UNAVAILABLE' })
    expect(sent).toEqual([])
  })
})
