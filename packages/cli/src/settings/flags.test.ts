import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { parseDuration, parseMoment } from './flags.js'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 23, 10) }))
afterEach(() => void vi.useRealTimers())

it('reads durations', () => {
  expect(['300ms', '5s', '10m', '2h', '1d'].map(parseDuration)).toEqual([
    300, 5_000, 600_000, 7_200_000, 86_400_000,
  ])
  for (const text of ['', '5', '0s', '-1s', '1y', '1.5h']) expect(() => parseDuration(text)).toThrow()
})

it('reads moments, ago or absolute', () => {
  expect(parseMoment('2h')).toBe('2026-11-23T08:00:00.000Z')
  expect(parseMoment('2026-11-01')).toBe('2026-11-01T00:00:00.000Z')
  expect(parseMoment('2026-11-01T08:00:00.123456Z')).toBe('2026-11-01T08:00:00.123456Z')
  for (const text of [
    '2026-11-01t08:00:00z',
    '2026-11-01 08:00Z',
    '2026-11-01T09:00+01:00',
    '2026-11-01t08:00z',
  ])
    expect(parseMoment(text)).toBe('2026-11-01T08:00:00.000Z')
})

it.each([
  '',
  'yesterday',
  '2026-13-01',
  '2026-02-30',
  '2026-02-29T00:00Z',
  '2026-11-01T24:00:00Z',
  '2026-11-01T08:00:60Z',
  '2026-11-01T08:00:00',
  '11/01/2026',
  '0000-01-01',
])('does not take %j for a moment', (text) => {
  expect(() => parseMoment(text)).toThrow()
})
