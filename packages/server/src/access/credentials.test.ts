import { describe, expect, it } from 'vitest'
import { createCredentials, readCredential } from './credentials.js'
import { digestOf } from './digests.js'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('what a request says of who sends it', () => {
  it.each([
    [{}, undefined],
    [{ authorization: 'Bearer k' }, 'k'],
    [{ authorization: 'bearer   k ' }, 'k'],
    [{ authorization: basic('x:k') }, 'k'],
    [{ authorization: basic(':k:with:colons') }, 'k:with:colons'],
    [{ authorization: basic('k:') }, 'k'],
    [{ authorization: basic('k') }, 'k'],
    [{ 'x-api-key': 'k' }, 'k'],
    [{ authorization: 'Bearer k', 'x-api-key': 'k' }, 'k'],
  ])('%j is %j', (headers, credential) => {
    expect(readCredential(headers)).toBe(credential)
  })

  it.each([
    [{ authorization: 'Bearer a', 'x-api-key': 'b' }, 'INVALID_ARGUMENT'],
    [{ authorization: '' }, 'UNAUTHENTICATED'],
    [{ authorization: 'Bearer' }, 'UNAUTHENTICATED'],
    [{ authorization: 'Digest username="x"' }, 'UNAUTHENTICATED'],
    [{ authorization: 'Bearer a b' }, 'UNAUTHENTICATED'],
  ])('%j is refused: %s', (headers, code) => {
    expect(() => readCredential(headers)).toThrow(expect.objectContaining({ code }))
  })
})

it('tells credentials apart, over one connection and over several', () => {
  const credentials = createCredentials('session')
  const [first, second] = [{}, {}]
  const shown = [
    [{ authorization: 'Bearer one' }, 'one'],
    [{ authorization: 'Bearer other' }, 'other'],
    [{ authorization: 'Bearer other' }, 'other'],
    [{ 'x-api-key': 'other' }, 'other'],
    [{ cookie: 'session=third' }, 'third'],
    [{ authorization: 'Bearer one', cookie: 'session=third' }, 'one'],
    [{ authorization: basic('x:one') }, 'one'],
  ] as const
  for (const connection of [first, first, second, first, undefined])
    for (const [headers, text] of shown)
      expect(credentials.of(headers, connection)).toMatchObject({ text, digest: digestOf(text) })
  expect(credentials.of({}, first)).toBeUndefined()
  const differing = { authorization: 'Bearer one', 'x-api-key': 'other' }
  expect(() => credentials.of(differing, first)).toThrow('say different things')
})
