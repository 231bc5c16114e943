import { describe, expect, it } from 'vitest'
import { readComponentQuery } from './component-query.js'

const versioned = (version: string, purl: string | null = null) => ({
  num: 1,
  name: 'n',
  version,
  purl,
  cpe: null,
  package: purl === null ? null : (/^pkg:([^@?]*)/.exec(purl)?.[1] ?? null),
})

describe('a text is taken for', () => {
  it.each<[string, string, object]>([
    ['pkg:npm/%40angular/core@12', 'purl', { by: 'package', purl: 'pkg:npm/%40angular/core' }],
    ['PKG:npm/lodash', 'purl', { by: 'package', purl: 'pkg:npm/lodash' }],
    [' cpe:/a:apache:log4j ', 'cpe', { by: 'cpe', cpe: 'cpe:/a:apache:log4j' }],
    ['cpe:2.3:a:a\\:b:c', 'cpe', { by: 'cpe', cpe: 'cpe:2.3:a:a\\:b:c' }],
    ['f'.repeat(32), 'hash', { by: 'hash', hash: 'f'.repeat(32) }],
    [`SHA-256:${'F'.repeat(64)}`, 'hash', { by: 'hash', hash: 'F'.repeat(64) }],
    ['f'.repeat(33), 'name', { by: 'name', name: 'f'.repeat(33), versions: undefined }],
    ['Log4j-Core', 'name', { by: 'name', name: 'log4j-core', versions: undefined }],
    ['g.h:a@1', 'name', { by: 'name', name: 'g.h/a', versions: ['1', 'v1'] }],
    ['@scope/a', 'name', { by: 'name', name: '@scope/a', versions: undefined }],
    ['@scope/a@1.*', 'name', { by: 'name', name: '@scope/a', versions: undefined }],
    ['a@<2', 'name', { by: 'name', name: 'a', versions: undefined }],
    ['log4j*@1.2', 'name', { by: 'prefix', prefix: 'log4j' }],
  ])('%s: a %s', (text, takenFor, filter) => {
    expect(readComponentQuery(text)).toMatchObject({ takenFor, filter })
  })

  it.each<[string, string, string | null, boolean | undefined]>([
    ['n@1.0', '1.0', null, true],
    ['n@1.0', 'v1.0', null, true],
    ['n@1.0', '1.0.1', null, false],
    ['n@1.*', '1.0.1', null, true],
    ['n@1.*', '10.1', null, false],
    ['n@<2', '1.5.0', 'pkg:npm/n@1.5.0', true],
    ['n@<2', '1.5.0', null, undefined],
    ['pkg:rpm/n@1.2-3', '1:1.2-3', 'pkg:rpm/n@1.2-3?epoch=1', true],
    ['pkg:deb/n@1:2', '1:2', 'pkg:deb/n@1%3A2', true],
    ['pkg:deb/n@1%3A2?arch=arm64', '1:2', 'pkg:deb/n@1%3A2?arch=amd64', false],
    ['pkg:deb/n?arch=amd64', '1:2', 'pkg:deb/n@1%3A2?arch=amd64&distro=d', true],
    ['pkg:npm/n@%3C2', '1.5.0', 'pkg:npm/n@1.5.0', true],
    ['cpe:2.3:a:v:p:1.0', '1.0', null, true],
    ['cpe:2.3:a:v:p:1\\:1.0\\+x', '1:1.0+x', null, true],
    ['cpe:/a:v:p:2.0', '1.0', null, false],
    ['cpe:2.3:a:v:p:*', '1.0', null, true],
  ])('and %s means version %s of %s: %s', (text, version, purl, expected) => {
    expect(readComponentQuery(text).isMeant(versioned(version, purl))).toBe(expected)
  })
})
