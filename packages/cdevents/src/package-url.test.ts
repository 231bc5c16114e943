import type { Nvrpp } from '@epr/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromPackageUrl, toPackageUrl } from './package-url.js'

const SHOP: Nvrpp = { name: 'shop', version: '1.2.0', release: '1', platform_id: 'any', package: 'oci' }

describe('a package URL', () => {
  it.each([
    ['pkg:oci/shop@1.2.0', {}],
    ['pkg:oci/shop@1.2.0?platform_id=linux&release=7', { release: '7', platform_id: 'linux' }],
    ['pkg:golang/mygit.com/myorg/myapp@234fd47e', ['golang', 'mygit.com/myorg/myapp', '234fd47e']],
    ['pkg:npm/%40acme/shop@1.2.0', { name: '@acme/shop', package: 'npm' }],
    ['pkg:generic/Shop@1.2.0?package=oci', { name: 'Shop' }],
    ['pkg:generic/shop@1.2.0?package=my%20format', { package: 'my format' }],
  ])('%s stands for its artifact, both ways', (url, fields) => {
    const [type, name, version] = Array.isArray(fields) ? fields : []
    const nvrpp = type ? { ...SHOP, package: type, name, version } : { ...SHOP, ...fields }
    expect(fromPackageUrl(url)).toEqual(nvrpp)
    expect(toPackageUrl(nvrpp as Nvrpp)).toBe(url)
  })

  it('of others may say the platform as arch', () => {
    expect(fromPackageUrl('pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386').platform_id).toBe('i386')
  })

  it('holds every artifact without white space at the ends of fields and percent signs in qualifiers', () => {
    const awkward = fc.constantFrom(
      ...['a/b', '/a', 'a//b', '@a', 'A_b', 'a?b#c', '..', 'v1', 'npm', 'é😀', 'a+b', 'a&b=c', 'sha256:0b'],
    )
    const text = fc.oneof(awkward, fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }))
    const field = text.filter((value) => value.trim() === value)
    const qualifier = field.filter((value) => !value.includes('%'))
    const nvrpp = fc.record({
      name: field,
      version: field,
      release: qualifier,
      platform_id: qualifier,
      package: qualifier,
    })
    fc.assert(
      fc.property(nvrpp, (each) => {
        expect(fromPackageUrl(toPackageUrl(each))).toEqual(each)
      }),
    )
  })

  it('is refused when it names no artifact, and an artifact that none can name', () => {
    for (const url of ['', 'shop', 'https://example.org', 'pkg:oci', 'pkg:oci/shop', 'pkg:oci/shop@%20']) {
      expect(() => fromPackageUrl(url)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    }
    expect(() => toPackageUrl({ ...SHOP, name: ' shop' })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })
})
