import { beforeEach, expect, it, vi } from 'vitest'
import { createRefusalLog } from './refusal-log.js'

const info = vi.fn()
beforeEach(() => info.mockReset())
const refusal = (message: string, code: 'NOT_FOUND' | 'INVALID_ARGUMENT' = 'NOT_FOUND') => ({
  requestId: 'r1',
  method: 'GET',
  path: '/api/v1/events/x',
  reasons: [{ code, message }],
})

it('says what was refused and why', () => {
  createRefusalLog({ info }).refused(refusal('there is no event x'))
  expect(info.mock.calls).toEqual([
    [
      {
        request_id: 'r1',
        method: 'GET',
        path: '/api/v1/events/x',
        code: 'NOT_FOUND',
        reason: 'there is no event x',
      },
      'refused',
    ],
  ])
})

it('counts what one client has too much of, and still logs what is refused for another reason', () => {
  let now = 0
  const log = createRefusalLog({ info }, () => now)
  for (let i = 0; i < 1_000; i += 1) log.refused(refusal('no'))
  expect(info).toHaveBeenCalledTimes(10)
  log.refused(refusal('bad', 'INVALID_ARGUMENT'))
  expect(info).toHaveBeenCalledTimes(11)
  now = 10_000
  log.refused(refusal('no'))
  expect(info.mock.calls.slice(11).map(([, text]) => text)).toEqual([
    'refused 990 more with NOT_FOUND',
    'refused',
  ])
})

it('escapes what would deceive the reader of a terminal, and cuts no character in two', () => {
  createRefusalLog({ info }).refused(refusal(`a\u001b[2J\u202eb\nc${'🚀'.repeat(600)}`))
  const reason: string = info.mock.calls[0]?.[0].reason
  expect(reason).toMatch(/^a\\u001b\[2J\\u202eb c🚀+…$/u)
  expect(reason.length).toBeLessThanOrEqual(500)
})
