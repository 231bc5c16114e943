import { EprError } from '@epr/model'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createFeedNotice } from './feed-notice.js'

const URL = 'http://epr.test'
const refused = new EprError('UNAVAILABLE', `no answer from ${URL}: ECONNREFUSED`)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start() {
  const said: string[] = []
  return { said, ...createFeedNotice({ write: (text: string) => void said.push(text) }, URL) }
}

it('says that the server went, stays away with the latest reason, and is there again', () => {
  const { said, onConnect, onCut } = start()
  onConnect()
  onCut(undefined)
  vi.advanceTimersByTime(1_000)
  onCut(refused)
  vi.advanceTimersByTime(130_000)
  onConnect()
  vi.advanceTimersByTime(130_000)
  expect(said).toEqual([
    `epr-cli: ${URL} has ended the stream; trying again until it is there\n`,
    `epr-cli: away for 61 s: ${refused.message}\n`,
    `epr-cli: away for 121 s: ${refused.message}\n`,
    `epr-cli: connected to ${URL} again, after 131 s\n`,
  ])
})

it('says nothing of a connection that another one follows at once', () => {
  const { said, onConnect, onCut } = start()
  for (let count = 0; count < 3; count++) {
    onConnect()
    onCut(undefined)
    vi.advanceTimersByTime(200)
  }
  onConnect()
  vi.advanceTimersByTime(10_000)
  expect(said).toEqual([])
})

it('says nothing after its end', () => {
  const { said, onConnect, onCut, end } = start()
  onConnect()
  onCut(refused)
  end()
  vi.advanceTimersByTime(100_000)
  expect(said).toEqual([])
})
