import { feedEntrySchema } from '@epr/model'
import { describe, expect, it } from 'vitest'
import { buildMessage } from './build-message.js'
import { createFakeFeed } from './fake-feed.js'

const URL = 'http://registry.test/api/v1/messages'
const stream = { headers: { accept: 'text/event-stream' } }

/** Reads a stream until a text has come. */
async function readUntil(response: Response, text: string): Promise<string> {
  let seen = ''
  const decoder = new TextDecoder()
  for await (const piece of response.body ?? []) {
    seen += decoder.decode(piece)
    if (seen.includes(text)) break
  }
  return seen
}

describe('a fake feed', () => {
  it('gives pages behind a cursor, of a type, up to a limit, and says where to go on', async () => {
    const { add, fetch } = createFakeFeed()
    for (const type of ['a', 'b', 'a', 'a']) add(buildMessage({ type }))
    const page = (await (await fetch(`${URL}?after=1&type=a&limit=1`)).json()) as { data: unknown[] }
    expect(feedEntrySchema.safeParse(page.data[0]).success).toBe(true)
    expect(page).toMatchObject({ data: [{ cursor: '3', message: { type: 'a' } }], next: '3' })
    expect(await (await fetch(`${URL}?after=latest`)).json()).toEqual({ data: [], next: '4' })
  })

  it('streams what is there and what comes, of a type', async () => {
    const { add, fetch } = createFakeFeed()
    add(buildMessage({ name: 'first' }))
    const response = await fetch(`${URL}?type=foo.bar`, stream)
    add(buildMessage({ type: 'other', name: 'second' }))
    add(buildMessage({ name: 'third' }))
    const text = await readUntil(response, 'third')
    expect(text).toContain('"name":"first"')
    expect(text).not.toContain('second')
  })

  it('ends its streams, each also by its signal', async () => {
    const { cut, fetch } = createFakeFeed()
    const abort = new AbortController()
    const aborted = await fetch(URL, { ...stream, signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(aborted.text()).rejects.toThrow('enough')
    const response = await fetch(URL, stream)
    cut()
    expect(await response.text()).toBe('retry: 1\n: connected\n\n')
  })

  it('knows nothing else', async () => {
    const { fetch } = createFakeFeed()
    expect((await fetch('http://registry.test/api/v1/events')).status).toBe(404)
  })
})
