import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import {
  type Api,
  buildEvent,
  buildReceiver,
  createApi,
  startTestServer,
  type TestServer,
  waitFor,
} from '@epr/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MIB = 1024 * 1024
const MAX_RSS_MIB = 300

let server: TestServer
let api: Api
let receiver: string
const sockets: Socket[] = []
beforeEach(async () => {
  server = await startTestServer()
  api = createApi(server.url)
  receiver = await api.create('/receivers', buildReceiver())
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server.close()
})

/** Resident memory of the server, in MiB. */
const rss = (): number => {
  const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

/** A client that writes, and reads nothing unless it is asked to. */
function open(text: string): Socket & { got: () => string } {
  let got = ''
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  sockets.push(socket)
  socket
    .on('error', () => undefined)
    .on('data', (chunk) => (got += chunk.toString('latin1')))
    .pause()
  socket.write(text)
  return Object.assign(socket, { got: () => got })
}

async function metric(name: string, budget: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(new RegExp(`^${name}\\{budget="${budget}"\\} (\\S+)`, 'm').exec(text)?.[1])
}

/** Posts small events one after the other while something else goes on, and watches the memory. */
async function whileSmallPostsGoOn(work: () => Promise<void>): Promise<{ most: number; longestMs: number }> {
  const seen = { most: 0, longestMs: 0 }
  let isOver = false
  const posts = (async () => {
    while (!isOver) {
      const startedAt = performance.now()
      await api.create('/events', buildEvent(receiver))
      seen.longestMs = Math.max(seen.longestMs, performance.now() - startedAt)
      seen.most = Math.max(seen.most, rss())
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()
  await work().finally(() => {
    isOver = true
  })
  await posts
  return seen
}

const largePayload = (index: number) => ({ text: 'x'.repeat(MIB) + index })
const recordLarge = async (count: number) => {
  for (let index = 0; index < count; index++)
    await api.create('/events', buildEvent(receiver, { payload: largePayload(index) }))
}
const STREAM = 'GET /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n'

describe('the memory of a server', () => {
  it.each([200, 700])(
    'stays small while %i readers of the stream stop reading',
    { timeout: 120_000 },
    async (count) => {
      const { most } = await whileSmallPostsGoOn(async () => {
        for (let index = 0; index < count; index++) open(STREAM)
        await recordLarge(30)
      })
      expect(most).toBeLessThan(MAX_RSS_MIB)
    },
  )

  it('stays small while 150 clients ask for pages that they do not read, and is given back', {
    timeout: 120_000,
  }, async () => {
    await recordLarge(10)
    const { most } = await whileSmallPostsGoOn(async () => {
      for (let index = 0; index < 150; index++) {
        open('GET /api/v1/events?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n')
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      await waitFor('refusals', async () => (await metric('epr_budget_refused_total', 'waiting')) > 0)
    })
    expect(most).toBeLessThan(MAX_RSS_MIB)
    for (const socket of sockets.splice(0)) socket.destroy()
    await waitFor('what was held', async () => (await metric('epr_budget_held_bytes', 'waiting')) === 0)
  })

  it('stays small while 150 clients have sent most of 16 MB, and small bodies get in', {
    timeout: 120_000,
  }, async () => {
    const part = 'x'.repeat(16 * MIB - 1_000)
    const { most, longestMs } = await whileSmallPostsGoOn(async () => {
      for (let index = 0; index < 150; index++) {
        open(
          `POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${16 * MIB - 10}\r\n\r\n${part}`,
        )
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      await waitFor('refusals', async () => (await metric('epr_budget_refused_total', 'bodies')) > 100)
    })
    expect(most).toBeLessThan(MAX_RSS_MIB)
    expect(longestMs).toBeLessThan(2_000)
    for (const socket of sockets.splice(0)) socket.destroy()
    await waitFor('what was held', async () => (await metric('epr_budget_held_bytes', 'bodies')) === 0)
  })
})

describe('a body', () => {
  it('for which there is no room is refused with 503, and may be sent again', async () => {
    const part = 'x'.repeat(15 * MIB)
    const head = `POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${16 * MIB}\r\n\r\n`
    const bodies = Array.from({ length: 8 }, () => open(head + part).resume())
    const refused = await waitFor('a refusal', () => bodies.find(({ got }) => got().includes('HTTP/1.1 503')))
    expect(refused?.got()).toMatch(/^retry-after: \d+/im)
    expect(refused?.got()).toMatch(/^connection: close/im)
    expect(refused?.got()).toContain('"code":"UNAVAILABLE"')
  })

  it('of which nothing comes any more is ended with 408', { timeout: 60_000 }, async () => {
    const silent = open(
      'POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{',
    ).resume()
    const ended = await waitFor('the end', () => silent.got().includes('HTTP/1.1 408') && silent, 40_000)
    expect(ended.got()).toContain('"code":"TIMEOUT"')
  })

  it('counts as what it is when it is decoded', async () => {
    const bomb = gzipSync(Buffer.alloc(15 * MIB, ' '))
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => api.post('/events', bomb, { 'content-encoding': 'gzip' })),
    )
    expect(new Set(answers.map(({ status }) => status))).not.toContain(500)
    expect(rss()).toBeLessThan(2 * MAX_RSS_MIB)
  })
})

it('a stream that is not read is ended by the server, and goes on where its reader stood', {
  timeout: 90_000,
}, async () => {
  await recordLarge(30)
  const reader = open(STREAM)
  await waitFor('that it stands still', async () => (await metric('epr_budget_held_bytes', 'waiting')) > 0)
  await waitFor('its end', async () => (await metric('epr_budget_refused_total', 'waiting')) > 0, 60_000)
  reader.resume()
  await waitFor('the last of it', () => reader.closed || reader.got().endsWith('0\r\n\r\n'))
  const cursors = [...reader.got().matchAll(/^id: (\d+)\r?\ndata: .*\r?\n\r?\n/gm)].map(([, cursor]) =>
    Number(cursor),
  )
  const next = await fetch(`${server.url}/api/v1/messages?after=${cursors.at(-1) ?? 0}&limit=1`)
  const { data } = (await next.json()) as { data: { cursor: string }[] }
  expect(Number(data[0]?.cursor)).toBe((cursors.at(-1) ?? 0) + 1)
})
