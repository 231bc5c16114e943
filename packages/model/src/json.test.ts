import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringifyJson, toJsonText } from './json.js'

describe('stringifyJson', () => {
  it('writes carried texts as they stand, wherever they are', () => {
    const exact = toJsonText('{"2":1,"1":12345678901234567890}')
    expect(stringifyJson({ data: [{ payload: exact, absent: undefined }] })).toBe(
      '{"data":[{"payload":{"2":1,"1":12345678901234567890}}]}',
    )
  })

  it('writes everything else as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(stringifyJson(value)).toBe(JSON.stringify(value))
      }),
    )
  })
})
