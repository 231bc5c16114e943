import fc from 'fast-check'
import { expect, it } from 'vitest'
import { characterBoundary, shorten } from './shorten.js'

const LONE = /\p{Surrogate}/u
const text = fc.string({ unit: 'grapheme' })

it('cuts between characters, never inside one', () => {
  fc.assert(
    fc.property(text, fc.nat(100), (whole, at) => {
      const boundary = characterBoundary(whole, at)
      expect(at - boundary).toBeLessThanOrEqual(1)
      expect(LONE.test(whole.slice(0, boundary) + whole.slice(boundary))).toBe(false)
      expect([whole.slice(0, boundary), whole.slice(boundary)].some((part) => LONE.test(part))).toBe(false)
    }),
  )
  expect(characterBoundary('a🚀b', 2)).toBe(1)
  expect(characterBoundary('a🚀b', 3)).toBe(3)
})

it('shortens to what it may be, with a mark', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 50 }), (whole, max) => {
      const short = shorten(whole, max)
      expect(short.length).toBeLessThanOrEqual(max)
      expect(LONE.test(short)).toBe(false)
      if (whole.length <= max) expect(short).toBe(whole)
      else expect(short.endsWith('…')).toBe(true)
    }),
  )
})
