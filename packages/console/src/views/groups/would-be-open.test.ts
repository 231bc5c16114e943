import { describe, expect, it } from 'vitest'
import { type Verdict, wouldBeOpen } from './would-be-open.js'

const of = (name: string, success: boolean): Verdict => ({
  ...{ name, version: '1', release: '1', platform_id: 'linux', package: 'oci' },
  success,
})

describe('a gate that is not yet there', () => {
  it('would be open for what passed last at each of its receivers', () => {
    const build = [of('cart', true), of('checkout', true), of('search', true)]
    const scan = [of('cart', true), of('checkout', false), of('checkout', true), of('cart', false)]
    expect(wouldBeOpen([build, scan])).toEqual({ open: 1, artifacts: 3 })
    expect(wouldBeOpen([build])).toEqual({ open: 3, artifacts: 3 })
  })

  it('knows of no artifact without an event', () =>
    expect(wouldBeOpen([[], []])).toEqual({ open: 0, artifacts: 0 }))
})
