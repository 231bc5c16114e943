import { expect, it } from 'vitest'
import { assertPackageName, nvrppOfPackageUrl, type PackageUrlParts } from './package-url.js'

it.each<[string, PackageUrlParts, object]>([
  [
    'pkg:oci/shop@1.2.0?arch=amd64',
    { type: 'oci', name: 'shop', version: '1.2.0', qualifiers: { arch: 'amd64' } },
    { name: 'shop', version: '1.2.0', release: '1', platform_id: 'amd64', package: 'oci' },
  ],
  [
    'pkg:npm/%40shop/cart@2.0.0',
    { type: 'npm', namespace: '@shop', name: 'cart', version: '2.0.0' },
    { name: '@shop/cart', version: '2.0.0', release: '1', platform_id: 'any', package: 'npm' },
  ],
  [
    'pkg:oci/shop?release=7',
    { type: 'oci', name: 'shop', qualifiers: { release: '7' } },
    { name: 'shop', release: '7', platform_id: 'any', package: 'oci' },
  ],
  [
    'pkg:generic/shop@1?platform_id=x86-64-gnu-linux-9&arch=no&package=docker',
    {
      type: 'generic',
      name: 'shop',
      version: '1',
      qualifiers: { platform_id: 'x86-64-gnu-linux-9', arch: 'no', package: 'docker' },
    },
    { name: 'shop', version: '1', release: '1', platform_id: 'x86-64-gnu-linux-9', package: 'docker' },
  ],
])('%s names an artifact', (_, parts, nvrpp) => {
  expect(nvrppOfPackageUrl(parts)).toEqual(nvrpp)
})

it.each([
  'pkg:github/docker%3A/@sha256%3A527eaa#src',
  'pkg:npm/@scope/@1.0.0',
  'pkg:npm/@1.0.0',
  'pkg:npm/',
  'pkg:npm//',
  'pkg:npm',
  'pkg:npm?arch=x',
  'pkg:oci/shop/@1#a/b',
])('%s names nothing', (purl) => expect(() => assertPackageName(purl)).toThrow(TypeError))

it.each([
  'pkg:npm/shop',
  'pkg:npm/shop/',
  'pkg:npm/%40scope/shop@1.0.0',
  'pkg:npm/@scope/shop@1.0.0?arch=x/y@z#a',
  'pkg://npm/shop@1',
  'PKG:oci/shop@sha256%3A1',
  'pkg:golang/example.com/a/b@v1',
])('%s names something', (purl) => expect(assertPackageName(purl)).toBe(purl))
