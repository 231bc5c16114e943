import { REFUSAL_LIMITS } from '@epr/model'
import { expect, it } from 'vitest'
import type { Call } from '../call.js'
import { toPath, toSample } from './refusals.js'

it.each([
  ['payload/count must be integer', '/count'],
  ["payload must have required property 'count'", '/count'],
  ["payload/items/3 must have required property 'name'", '/items/-/name'],
  ['payload/items/12/34/x must be string', '/items/-/-/x'],
  ['payload must be object', '/'],
  ['payload could not be validated: it takes too long', '/'],
  ['and 7 more', undefined],
  ['payloads', undefined],
])('finds the place in %j', (violation, path) => expect(toPath(violation)).toBe(path))

it('cuts a path that is long', () => {
  expect(toPath(`payload/${'x'.repeat(1_000)} must be string`)).toHaveLength(REFUSAL_LIMITS.pathChars)
})

it('keeps a sample small, whatever is in it', () => {
  const wide = '漢'.repeat(1_000)
  const principal = { id: `user:${wide}`, actor: {} } as Call['principal']
  const sample = toSample(Array(100).fill(wide), { principal, requestId: 'r', userAgent: wide })
  expect(Buffer.byteLength(JSON.stringify(sample))).toBeLessThanOrEqual(REFUSAL_LIMITS.sampleBytes)
  expect(sample.request_id).toBe('r')
})
