import type { GateStatus } from '@epr/model'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { NetworkError } from './errors.js'
import { waitUntilOpen } from './wait-until-open.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const closed: GateStatus = {
  group_id: 'g',
  enabled: true,
  state: 'failed',
  since: null,
  receivers: [{ event_receiver_id: 'r', state: 'failed', event_id: null, since: null }],
}

/** What a wait of a second ends with. */
async function failureOf(ask: (signal: AbortSignal) => Promise<GateStatus>): Promise<unknown> {
  const failure = waitUntilOpen(ask, { timeoutMs: 1_000 }).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(1_000)
  return failure
}

it('says that the gate stayed closed, with the last status', async () => {
  expect(await failureOf(async () => closed)).toMatchObject({
    ...{ name: 'GateTimeoutError', code: 'TIMEOUT', status: closed },
    details: ['event receiver r: failed'],
  })
})

it('says so also when the server is gone by then, and why it was not asked again', async () => {
  const answers = [closed]
  const gone = new NetworkError('UNAVAILABLE', 'gone')
  const failure = await failureOf(async () => {
    const answer = answers.shift()
    if (answer) return answer
    throw gone
  })
  expect(failure).toMatchObject({ name: 'GateTimeoutError', status: closed, cause: gone })
})

it('has no status to give when the time is up before the first answer', async () => {
  const failure = await failureOf(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  )
  expect(failure).toMatchObject({ name: 'GateTimeoutError', code: 'TIMEOUT', status: undefined })
})

it('passes on that no answer came at first', async () => {
  const silent = new NetworkError('TIMEOUT', 'no answer within 1 ms')
  expect(await failureOf(() => Promise.reject(silent))).toBe(silent)
})

it('names the receivers and what the failure says, and goes on saying what it is told', async () => {
  const named: GateStatus = {
    ...{ ...closed, group_name: 'release', group_version: '1' },
    receivers: [
      {
        ...{ event_receiver_id: 'r', event_receiver_name: 'scan', event_receiver_version: '2' },
        ...{ state: 'failed', event_id: 'e', event_description: '2 critical', since: null },
      },
      { event_receiver_id: 's', event_receiver_name: 'sign', state: 'missing', event_id: null, since: null },
    ],
  }
  expect(await failureOf(async () => named)).toMatchObject({
    message: 'the gate release did not open within 1000 ms: failed',
    details: ['event receiver scan@2 (r): failed, 2 critical', 'event receiver sign (s): missing'],
  })
})
