import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSearchText } from './search-text.js'

const HASH = '3a'.repeat(32)
const ID = '01HKX0J9KS8AASMRYX61458N41'

describe('a text is taken for', () => {
  it.each<[string, string[]]>([
    [ID, [`id ${ID}`]],
    [ID.toLowerCase(), [`id ${ID}`]],
    ['pkg:oci/shop@1', ['package_url pkg:oci/shop@1', 'component pkg:oci/shop@1']],
    ['PKG:none', ['package_url PKG:none', 'component PKG:none']],
    [HASH, [`fingerprint ${HASH}`, `component ${HASH}`]],
    [`sha256:${HASH.toUpperCase()}`, [`fingerprint ${HASH}`, `component sha256:${HASH.toUpperCase()}`]],
    ['sha256:3a', ['component sha256:3a']],
    ['md5:xyz', ['component md5:xyz']],
    ['3a'.repeat(20), ['component', 'name', 'definition'].map((as) => `${as} ${'3a'.repeat(20)}`)],
    ['shop', ['name shop', 'definition shop']],
    ['shop@1.4', ['name_version shop@1.4', 'name shop@1.4', 'definition shop@1.4']],
    ['@scope/shop', ['name @scope/shop', 'definition @scope/shop']],
    ['component:log4j-core@2.14', ['component log4j-core@2.14']],
    ['Component:', ['component ']],
    ['cpe:/a:apache:log4j', ['component cpe:/a:apache:log4j']],
    ['0042', ['name 0042', 'definition 0042', 'cursor 42']],
    ['9223372036854775808', ['name 9223372036854775808', 'definition 9223372036854775808']],
    ['2026-11-01t02:00:00+02:00', ['time 2026-11-01T00:00:00.000Z']],
    ['2026-02-30T00:00:00Z', ['name 2026-02-30T00:00:00Z', 'definition 2026-02-30T00:00:00Z']],
  ])('%s', (text, expected) => {
    expect(readSearchText(text).map(({ as, text }) => `${as} ${text}`)).toEqual(expected)
  })

  it('the same whenever it comes, whatever it is, and for each thing once', () => {
    const marks = ['pkg:', 'component:', 'cpe:', 'sha256:', 'md5:', '@', '*', 'T00:00:00Z', ID, HASH, '7', '']
    const texts = fc
      .array(fc.oneof(fc.constantFrom(...marks), fc.string({ unit: 'binary' })), { minLength: 1 })
      .map((parts) => parts.join('').trim())
      .filter((text) => text !== '')
    fc.assert(
      fc.property(texts, (text) => {
        const readings = readSearchText(text)
        expect(readings.length).toBeGreaterThan(0)
        expect(new Set(readings.map(({ as }) => as)).size).toBe(readings.length)
        expect(readSearchText(text)).toEqual(readings)
      }),
    )
  })
})
