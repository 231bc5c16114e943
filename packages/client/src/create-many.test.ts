import { HttpResponse, http } from 'msw'
import { describe, expect, it } from 'vitest'
import { ID, original, ours, testClient, URL, useWire } from '../test/wire.js'
import type { NewEvent } from './index.js'

const wire = useWire()

const event = (name: string, payload: unknown = {}): NewEvent => ({
  ...{ name, version: '1', release: 'r', platform_id: 'p', package: 'k', description: 'd' },
  ...{ payload, event_receiver_id: ID },
})
const many = (count: number) => Array.from({ length: count }, (_, index) => event(`e${index}`))

/** A server that refuses events named `bad`, and keeps the sizes of what it is sent: 0 for one alone. */
function onEvents(answer: (data: unknown) => Response): number[] {
  const sizes: number[] = []
  wire.use(
    http.post(`${URL}/api/v1/events`, async ({ request }) => {
      sizes.push(0)
      const { name } = (await request.json()) as NewEvent
      return name === 'bad' ? HttpResponse.json({ errors: ['bad'] }, { status: 500 }) : answer(name)
    }),
    http.post(`${URL}/api/v1/events/batch`, async ({ request }) => {
      const events = (await request.json()) as NewEvent[]
      sizes.push(events.length)
      return answer(events.map(({ name }) => (name === 'bad' ? { errors: ['bad'] } : { id: name })))
    }),
  )
  return sizes
}

const ids = (results: object[]) => results.map((result) => ('id' in result ? result.id : result))

describe('createMany', () => {
  it('posts one by one to the original, and goes on after one that is refused', async () => {
    const sizes = onEvents((data) => original({ data: data as string }))
    const results = await testClient().events.createMany([event('a'), event('bad'), event('c')])
    expect(ids(results)).toEqual(['a', { errors: ['bad'], code: 'INTERNAL' }, 'c'])
    expect(sizes).toEqual([0, 0, 0])
  })

  it('posts batches within their limits to ours, the first event alone', async () => {
    const sizes = onEvents((data) => ours({ data: data as string }))
    const { events } = testClient()
    expect(ids(await events.createMany(many(2_500)))).toEqual(many(2_500).map(({ name }) => name))
    expect(sizes).toEqual([0, 1_000, 1_000, 499])
    sizes.length = 0
    await events.createMany([event('a'), event('b', 'x'.repeat(2_000)), event('c')], { batchBytes: 1_000 })
    expect(sizes).toEqual([0, 0, 0])
  })

  it('gives the code that the server says of an event in a batch, and none where it says none', async () => {
    const error = { code: 'PAYLOAD_MISMATCH', message: 'no', details: ['/passed is missing'] }
    const refused = [
      { errors: ['no'], error },
      { errors: ['no'] },
      { errors: ['no'], error: { code: 'ODD' } },
    ]
    wire.use(
      http.post(`${URL}/api/v1/events`, () => ours({ data: 'first' })),
      http.post(`${URL}/api/v1/events/batch`, () => ours({ data: refused })),
    )
    expect(await testClient().events.createMany(many(4))).toEqual([
      { id: 'first' },
      { errors: ['no'], code: 'PAYLOAD_MISMATCH' },
      { errors: ['no'] },
      { errors: ['no'] },
    ])
  })

  it('finds what the server cannot take by halves', async () => {
    onEvents((data) => ours({ data: data as string }))
    const tooLarge = ours({ errors: ['too large'] }, 413)
    wire.use(
      http.post(`${URL}/api/v1/events/batch`, async ({ request }) => {
        const events = (await request.clone().json()) as NewEvent[]
        return events.some(({ name }) => name === 'e5') ? tooLarge.clone() : undefined
      }),
      http.post(`${URL}/api/v1/events`, async ({ request }) => {
        const { name } = (await request.clone().json()) as NewEvent
        return name === 'e5' ? tooLarge.clone() : undefined
      }),
    )
    const results = ids(await testClient().events.createMany(many(9)))
    expect(results[5]).toEqual({ errors: ['too large'], code: 'PAYLOAD_TOO_LARGE' })
    expect(results.filter((result) => typeof result === 'string')).toHaveLength(8)
  })

  it('stops where the server is gone, and says so of all that are left', async () => {
    let calls = 0
    onEvents((data) => (calls++ === 0 ? ours({ data: data as string }) : ours({ errors: ['no'] }, 401)))
    const results = await testClient().events.createMany(many(4), { batchSize: 2 })
    const refused = { errors: ['no'], code: 'UNAUTHENTICATED' }
    expect(ids(results)).toEqual(['e0', refused, refused, refused])
    expect(calls).toBe(2)
  })

  it.each([
    ['another count', [{ id: 'x' }]],
    ['no results', 'x'],
    ['neither id nor errors', [{}, {}]],
  ])('trusts no answer of %s', async (_, data) => {
    onEvents((single) => ours({ data: typeof single === 'string' ? single : data }))
    const results = await testClient().events.createMany(many(3))
    expect(results.map((result) => ('id' in result ? 'id' : result.code))).toEqual([
      'id',
      'INTERNAL',
      'INTERNAL',
    ])
  })

  it('ends by its signal, after it has reported what is done', async () => {
    onEvents((data) => ours({ data: data as string }))
    const stop = new AbortController()
    const done: number[] = []
    const call = testClient().events.createMany(many(3), {
      signal: stop.signal,
      onProgress(progress) {
        done.push(progress.done)
        stop.abort(new Error('enough'))
      },
    })
    await expect(call).rejects.toThrow('enough')
    expect(done).toEqual([1])
  })

  it('does nothing for nothing', async () => {
    expect(await testClient().events.createMany([])).toEqual([])
  })
})
