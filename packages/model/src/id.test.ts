import fc from 'fast-check'
import { expect, it } from 'vitest'
import { firstIdOf, idTimeMs, isId } from './id.js'

it('reads back the moment of a ULID', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (timeMs) => {
      expect(isId(firstIdOf(timeMs))).toBe(true)
      expect(idTimeMs(firstIdOf(timeMs))).toBe(timeMs)
    }),
  )
})

it('knows a ULID from other strings', () => {
  expect(isId('01HKX0J9KS8AASMRYX61458N41')).toBe(true)
  expect(isId('81HKX0J9KS8AASMRYX61458N41')).toBe(false)
  expect(isId('01hkx0j9ks8aasmryx61458n41')).toBe(false)
  expect(isId('')).toBe(false)
})
