import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { caller, createApi, startServer, waitFor } from '@epr/testkit'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type FeedSourceOptions, feedSource } from '../src/feed/source.js'
import { listDeadLetters } from '../src/list-dead-letters.js'
import type { RunOptions, Watcher } from '../src/watcher.js'
import { createWatcher } from '../src/watcher.js'
import { createFeedWorld, type FeedWorld } from './support/feed-world.js'
import { testLog, waitForReady } from './support/kafka-world.js'
import { describeSourceContract } from './support/source-contract.js'

let world: FeedWorld
const watchers: Watcher[] = []
beforeAll(async () => {
  world = await createFeedWorld()
})
afterAll(() => world?.close())
afterEach(async () => {
  await Promise.all(watchers.splice(0).map((watcher) => watcher.stop()))
})

let names = 0
const newName = () => `watcher-${names++}`

function sourceOf(name: string, options: Partial<FeedSourceOptions> = {}) {
  return feedSource({
    url: world.server.url,
    token: caller.key,
    name,
    cursorFile: join(world.directory, `${name}.cursor`),
    deadLetterFile: join(world.directory, `${name}.dlt.ndjson`),
    ...options,
  })
}

function watch(
  seen: string[],
  options: Partial<FeedSourceOptions> = {},
  run: RunOptions = {},
  name = newName(),
) {
  const watcher = createWatcher({
    source: sourceOf(name, options),
    match: ({ type }) => type === 'foo.bar',
    handle: (message) => seen.push(message.name),
    log: testLog,
  })
  watchers.push(watcher)
  const ended = watcher.run(run)
  ended.catch(() => undefined)
  return { watcher, ended, name }
}

async function readErrors(name: string): Promise<string[]> {
  const errors: string[] = []
  const deadLetterFile = join(world.directory, `${name}.dlt.ndjson`)
  for await (const { error } of listDeadLetters({ name, deadLetterFile })) errors.push(error)
  return errors
}

describeSourceContract('the feed', async () => {
  const name = newName()
  const own = await createFeedWorld()
  return {
    createSource: () => sourceOf(name, { url: own.server.url }),
    tell: async (artifacts) => void (await own.tell(artifacts)),
    readDeadLetters: () => readErrors(name),
    close: own.close,
  }
})

it('starts at the newest when it is told to, and remembers that also before the first message', async () => {
  await world.tell(['old'])
  const seen: string[] = []
  const first = watch(seen, { fromLatest: true })
  await waitForReady(first.watcher)
  await first.watcher.stop()
  await world.tell(['meanwhile'])
  watch(seen, { fromLatest: true }, {}, first.name)
  await waitFor('what came meanwhile', () => seen.length > 0)
  expect(seen).toEqual(['meanwhile'])
})

it('replays from a moment and from a cursor', async () => {
  await world.tell(['before'])
  const { json } = await createApi(world.server.url).get('/messages?limit=1000')
  const last = json.data.at(-1)
  await world.tell(['after'])
  const seen: string[] = []
  watch(seen, {}, { from: last.cursor })
  await waitFor('the one behind the cursor', () => seen.length === 1)
  watch(seen, {}, { from: last.time })
  await waitFor('those since the moment', () => seen.length === 3)
  expect(seen).toEqual(['after', 'before', 'after'])
})

it('a cursor whose messages are gone ends the watcher with GONE, or begins at the oldest', async () => {
  const gone: typeof fetch = async (url, init) =>
    String(url).includes('after=1') ? Response.json({ errors: ['gone'] }, { status: 410 }) : fetch(url, init)
  const name = newName()
  await writeFile(join(world.directory, `${name}.cursor`), '1\n')
  const seen: string[] = []
  const { ended } = watch(seen, { fetch: gone }, {}, name)
  await expect(ended).rejects.toMatchObject({ code: 'GONE' })
  await world.tell(['kept'])
  watch(seen, { fetch: gone, onGone: 'oldest' }, {}, name)
  await waitFor('the newest', () => seen.includes('kept'))
})

it('a stream that says GONE ends the watcher, or begins at the oldest', async () => {
  const name = newName()
  await writeFile(join(world.directory, `${name}.cursor`), '1\n')
  const error = { code: 'GONE', message: 'gone', details: ['gone'], request_id: 'r' }
  const text = `retry: 1\n: connected\n\nevent: error\ndata: ${JSON.stringify({ errors: ['gone'], error })}\n\n`
  const gone: typeof fetch = async (url, init) =>
    String(url).includes('after=1')
      ? new Response(text, { headers: { 'content-type': 'text/event-stream' } })
      : fetch(url, init)
  const seen: string[] = []
  const { ended } = watch(seen, { fetch: gone }, {}, name)
  await expect(ended).rejects.toMatchObject({ code: 'GONE' })
  await world.tell(['still kept'])
  watch(seen, { fetch: gone, onGone: 'oldest' }, {}, name)
  await waitFor('the newest', () => seen.includes('still kept'))
})

it('a wrong token ends it at once, a server that is away does not', async () => {
  const denied: typeof fetch = async () => Response.json({ errors: ['no'] }, { status: 401 })
  await expect(watch([], { fetch: denied }).ended).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  const { watcher } = watch([], { url: 'http://127.0.0.1:1' })
  await waitFor('it to try again', () => watcher.metrics().restarts > 1)
})

it('comes back after the server was away, and misses and doubles nothing', async () => {
  const own = await createFeedWorld()
  try {
    const seen: string[] = []
    await own.tell(['one'])
    const { watcher, name } = watch(seen, { url: own.server.url })
    await waitFor('the first', () => seen.length === 1)
    await own.server.stop()
    const port = new URL(own.server.url).port
    await waitFor('the cut', () => !watcher.metrics().ready)
    const again = await startServer({ args: ['--db', own.server.db, '--port', port] })
    await own.tell(['two'])
    await waitFor('the second', () => seen.length === 2)
    await watcher.stop()
    await again.stop()
    expect(seen).toEqual(['one', 'two'])
    const cursor = await readFile(join(world.directory, `${name}.cursor`), 'utf8')
    expect(Number(cursor)).toBeGreaterThan(2)
  } finally {
    await own.close()
  }
})
