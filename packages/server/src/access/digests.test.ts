import { expect, it } from 'vitest'
import { createDigests, digestOf } from './digests.js'

it('tells credentials apart, over one connection and over several', () => {
  const digests = createDigests()
  const [first, second] = [{}, {}]
  for (const connection of [first, first, second, first, undefined])
    for (const credential of ['one', 'other', 'other', 'one'])
      expect(digests.of(credential, connection)).toBe(digestOf(credential))
})
