import { describe, expect, it } from 'vitest'
import { readCredential } from './credentials.js'

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
