import { createClient } from '@epr/client'
import { heartbeatSchema } from '@epr/model'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { isHeartbeatOn, startHeartbeat } from './heartbeat.js'
import type { MessageSource } from './message-source.js'
import { createMetrics } from './metrics.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const FEATURES = { 'epr-features': 'feed' }
const refuse = (status: number, code: string) => () =>
  Response.json({ errors: ['no'], error: { code, message: 'no' } }, { status, headers: FEATURES })

/** A watcher whose heartbeats are answered so, the last answer for ever. */
function start(...answers: (() => Response | Promise<Response>)[]) {
  const sent: { url: string; body: unknown }[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    sent.push({ url: String(input), body: JSON.parse(String(init?.body)) })
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    return answer ? answer() : Response.json({ data: null }, { headers: FEATURES })
  }
  const said: string[] = []
  const say = (_: object, text: string) => void said.push(text)
  const metrics = createMetrics()
  const source = {
    name: 'shop/deployer',
    kind: 'feed',
    registry: async () => createClient({ url: 'http://localhost:8042', fetch, retry: false }),
  } as unknown as MessageSource
  const log = { debug() {}, info: say, warn: say, error: say }
  const sender = startHeartbeat({ options: { instance: 'pod-1' }, source, metrics, log })
  return { sent, said, metrics, sender }
}

it('says every ten seconds how the watcher is', async () => {
  const { sent, metrics, sender } = start()
  Object.assign(metrics, { ready: true, cursor: '7', processed: 2, failed: 1 })
  for (let count = 0; count < 30; count++)
    metrics.putAside({
      time: '2026-11-01T00:00:00Z',
      kind: 'unmatchable',
      error: 'x'.repeat(2_000),
      id: `${count}`,
    })
  await vi.advanceTimersByTimeAsync(25_000)
  sender.stop()
  expect(sent.map(({ url }) => url)).toEqual(
    Array(3).fill('http://localhost:8042/api/v1/watchers/shop%2Fdeployer/pod-1'),
  )
  const heartbeat = heartbeatSchema.parse(sent[0]?.body)
  expect(heartbeat).toMatchObject({
    source: 'feed',
    ready: true,
    cursor: '7',
    lag: null,
    processed: 2,
    failed: 1,
    dead_lettered: 30,
  })
  expect(heartbeat.dead_letters.map(({ id }) => id).slice(0, 2)).toEqual(['29', '28'])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent).toHaveLength(3)
})

it.each([
  [404, 'NOT_FOUND'],
  [403, 'PERMISSION_DENIED'],
])('sends no more after %i, and says so once', async (status, code) => {
  const { sent, said } = start(refuse(status, code))
  await vi.advanceTimersByTimeAsync(60_000)
  expect([sent.length, said]).toEqual([
    1,
    ['the registry takes no heartbeats of this watcher: it sends no more'],
  ])
})

it('waits for the next time after a failure, and never sends two at once', async () => {
  const { sent, said, sender } = start(
    refuse(503, 'UNAVAILABLE'),
    () => new Promise(() => {}),
    refuse(429, 'RATE_LIMITED'),
  )
  await vi.advanceTimersByTimeAsync(1_000)
  expect(sent).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(sent).toHaveLength(2)
  // That one is silent for its five seconds, and the next has its ten behind those.
  await vi.advanceTimersByTimeAsync(14_000)
  expect(sent).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(sent).toHaveLength(3)
  sender.stop()
  expect(said).toEqual([])
})

it.each([
  [undefined, true],
  ['', true],
  ['on', true],
  ['true', true],
  ['off', false],
  ['false', false],
  ['0', false],
])('is on or off by the environment: %s', (text, isOn) => {
  expect(isHeartbeatOn({ EPR_WATCHER_HEARTBEAT: text })).toBe(isOn)
})
