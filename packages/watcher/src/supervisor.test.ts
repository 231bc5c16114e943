import { EprError } from '@epr/model'
import { expect, it } from 'vitest'
import { supervise } from './supervisor.js'

const log = { debug() {}, info() {}, warn() {}, error() {} }

function world(sessions: ((onReady: () => void, pass: (ms: number) => void) => Promise<void>)[]) {
  let now = 0
  const pauses: number[] = []
  const stop = new AbortController()
  const options = {
    session: (onReady: () => void) =>
      (sessions.shift() ?? sessions.at(-1) ?? (async () => undefined))(onReady, (ms) => {
        now += ms
      }),
    stop: stop.signal,
    giveUpAfterMs: 60_000,
    onRestart() {},
    log,
    now: () => now,
    async pause(ms: number) {
      pauses.push(ms)
      now += ms
    },
  }
  return { options, pauses, stop }
}

const failing = async () => {
  throw new Error('down')
}

it('begins anew with growing pauses, which a session that worked brings down again', async () => {
  const worked = async (onReady: () => void, pass: (ms: number) => void) => {
    onReady()
    pass(40_000)
    throw new Error('cut')
  }
  const { options, pauses } = world([failing, failing, failing, worked])
  await supervise(options)
  expect(pauses).toHaveLength(4)
  expect(pauses[2]).toBeGreaterThan(pauses[0] ?? 0)
  expect(pauses[3]).toBeLessThanOrEqual(250)
})

it('says why it has failed, and when it is connected again', async () => {
  const said: unknown[] = []
  const keep = (fields: object, text: string) => void said.push([text, fields])
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' })
  const away = async () => {
    throw new TypeError('fetch failed', { cause: refused })
  }
  const back = async (onReady: () => void) => onReady()
  const { options, pauses } = world([away, back])
  await supervise({ ...options, log: { ...log, warn: keep, info: keep } })
  const error = 'TypeError: fetch failed: connect ECONNREFUSED 127.0.0.1:9'
  expect(said).toEqual([
    ['the source failed, and is connected anew', { error, failures: 1 }],
    ['the source is connected again', { failures: 1, awayMs: pauses[0] }],
  ])
})

it('gives up after a while of nothing but failures', async () => {
  const { options } = world(Array.from({ length: 100 }, () => failing))
  await expect(supervise(options)).rejects.toMatchObject({ name: 'WatcherError', code: 'UNAVAILABLE' })
})

it('does not wait for what waiting cannot heal', async () => {
  const denied = async () => {
    throw new EprError('UNAUTHENTICATED', 'who are you?')
  }
  const { options, pauses } = world([denied])
  await expect(supervise(options)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(pauses).toEqual([])
})

it('a failure after the stop is none', async () => {
  const { options, stop } = world([
    async () => {
      stop.abort()
      throw new Error('closed')
    },
  ])
  await supervise(options)
})
