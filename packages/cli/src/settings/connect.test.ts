import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runInProcess } from '../../test/in-process.js'

const ID = '01HKX0J9KS8AASMRYX61458N41'
const NVRPP = '--name shop --version 1.2.0 --release 1 --platform-id linux --package oci'.split(' ')
const EVENT = [...NVRPP, '--description', 'd', '--event-receiver-id', ID]
const FEATURES = { 'epr-features': 'idempotency-key, batch, cursor, feed, group-status' }

/** A server that is away for a time from the first call on, and remembers what it has recorded by which key. */
function createServer({ awayMs = 0, losesFirst = false }) {
  let begin: number | undefined
  const recorded = new Map<string, string>()
  let isLost = !losesFirst
  let last = 0
  const fetch = async (input: unknown, init: RequestInit = {}): Promise<Response> => {
    begin ??= performance.now()
    last = performance.now() - begin
    if (performance.now() - begin < awayMs) {
      const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
      throw new TypeError('fetch failed', { cause })
    }
    if (init.method !== 'POST') return Response.json({ data: [] }, { headers: FEATURES })
    const key = new Headers(init.headers).get('idempotency-key')
    if (key === null) return Response.json({ data: { event_receivers: [] } }, { headers: FEATURES })
    const many = String(input).endsWith('/batch')
    recorded.set(key, String(init.body))
    if (!isLost) {
      isLost = true
      throw new TypeError('fetch failed', { cause: new Error('other side closed') })
    }
    const data = many ? (JSON.parse(String(init.body)) as unknown[]).map(() => ({ id: ID })) : ID
    return Response.json({ data }, { headers: FEATURES })
  }
  vi.stubGlobal('fetch', fetch)
  return { recorded, lastAt: () => Math.round(last) }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function run(args: readonly string[], options?: Parameters<typeof runInProcess>[1]) {
  const running = runInProcess(args, options)
  const ticking = setInterval(() => void vi.advanceTimersByTimeAsync(100), 1)
  return running.finally(() => clearInterval(ticking))
}

const RECORDS: readonly (readonly [string, string[], string?])[] = [
  ['event create', ['event', 'create', ...EVENT, '--payload', '{}']],
  ['receiver create', 'receiver create --name n --type t --version 1 --description d'.split(' ')],
  [
    'group create',
    `group create --name n --type t --version 1 --description d --event-receiver-ids ${ID}`.split(' '),
  ],
  ['event create --cloudevent', ['event', 'create', '--cloudevent', '{"specversion":"1.0"}']],
  [
    'event generate',
    ['event', 'generate', '-'],
    `${JSON.stringify({ name: 'n', version: '1', release: '1', platform_id: 'p', package: 'k', description: 'd', event_receiver_id: ID, payload: 1 })}\n`,
  ],
  ['cdevents install', ['cdevents', 'install', 'build.finished']],
  ['run', ['run', '--event-receiver-id', ID, ...NVRPP, '--', 'true']],
  ['group modify', ['group', 'modify', '--id', ID, '--enable']],
]

describe.each(RECORDS.map(([name, args, input = '']) => ({ name, args, input })))(
  '$name',
  ({ args, input }) => {
    it('outlives a restart of the server, and says so once', async () => {
      createServer({ awayMs: 8_000 })
      const { code, stderr } = await run(args, { input })
      expect([code, stderr]).toEqual([
        0,
        'epr-cli: no answer from http://localhost:8042: ECONNREFUSED; trying again for 30 s (--retry)\n',
      ])
    })

    it.runIf(args[1] !== 'modify')('records once, also when the answer was lost', async () => {
      const { recorded } = createServer({ losesFirst: true })
      expect(await run(args, { input })).toMatchObject({ code: 0 })
      expect(recorded.size).toBe(1)
    })
  },
)

it.each([
  [['--retry', '2s'], {}, 2_000],
  [['--retry', '0s'], {}, 0],
  [[], { EPR_RETRY: '1s' }, 1_000],
  [[], { EPR_RETRY: '' }, 30_000],
])('gives up after what %j and %j say', async (flags, env, ms) => {
  const { lastAt } = createServer({ awayMs: 60_000 })
  const result = await run(['event', 'create', ...EVENT, '--payload', '1', ...flags], { env })
  expect(result.code).toBe(5)
  expect(result.stderr).toMatch(/ECONNREFUSED; is the server running there\?.*\n$/)
  expect(lastAt()).toBe(ms)
})

it('asks only for a moment, unless it is said for how long', async () => {
  createServer({ awayMs: 8_000 })
  expect(await run(['event', 'get', ID])).toMatchObject({ code: 5, stdout: '' })
  createServer({ awayMs: 8_000 })
  expect(await run(['event', 'get', ID, '--retry', '1m'])).not.toMatchObject({ code: 5 })
})
