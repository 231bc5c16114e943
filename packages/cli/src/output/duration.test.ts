import { expect, it } from 'vitest'
import { toDuration } from './duration.js'

it.each([
  [0, '0s'],
  [999, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [12_600_000, '3h 30m'],
  [86_400_000 * 2 + 3_600_000 * 4 + 59_000, '2d 4h'],
])('%i ms are %s', (ms, text) => expect(toDuration(ms)).toBe(text))
