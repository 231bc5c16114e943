import { describe, expect, it } from 'vitest'
import { bytes, visible } from './text.js'

describe('strangers’ text', () => {
  it('cannot turn the direction of writing, nor hide', () => {
    expect(visible('gpj\u202egnp')).toBe('gpj\\u202egnp')
    expect(visible('a\u200bb\u0007')).toBe('a\\u200bb\\u0007')
    expect(visible('Zürich 東京 ✓')).toBe('Zürich 東京 ✓')
  })
})

describe('sizes', () => {
  it.each([
    [84, '84 B'],
    [1_500, '1.5 kB'],
    [3_912_000, '3.9 MB'],
    [2_600_000_000, '2.6 GB'],
  ])('%d is %s', (size, text) => expect(bytes(size)).toBe(text))
})
