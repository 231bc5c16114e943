import { describe, expect, it } from 'vitest'
import { isVersionRange, readVersionRange } from './version-range.js'

describe('a range', () => {
  it.each<[string, string | undefined, string, boolean | undefined]>([
    ['<4.17.21', 'npm', '4.17.20', true],
    ['<4.17.21', 'npm', '4.17.21', false],
    ['<2.0.0', 'npm', '2.0.0-rc.1', true],
    ['^1.2 || 3.x', 'npm', '3.9.1', true],
    ['>=1, <2', 'cargo', '1.5.0', true],
    ['~4.9', 'golang', 'v4.9.3', true],
    ['<1.0.0', 'golang', 'v0.0.0-20210921155107-089bfa567519', true],
    ['<1', 'golang', '(devel)', undefined],
    ['~=2.2', 'pypi', '2.9', true],
    ['~=2.2', 'pypi', '3.0', false],
    ['>=1.0,<2', 'pypi', '1.0.post1', true],
    ['>=1.0', 'pypi', '2.0a1', true],
    ['>=1!1.0', 'pypi', '2.0', false],
    ['<2.17.1', 'maven', '2.14.1', true],
    ['<2.17.1', 'maven', '2.17.1', false],
    ['>= 2.0, < 2.10', 'maven', '2.9', true],
    ['=2.0', 'maven', '2.0.0', true],
    ['<32', 'maven', '31.1-jre', undefined],
    ['^2', 'maven', '2.14.1', undefined],
    ['>=1.2.3.4', 'nuget', '1.2.3.10', true],
    ['<7.0.3', 'gem', '7.0.2.4', true],
    ['<4', 'deb', '3.0.11-1~deb12u2', undefined],
    ['<4', undefined, '3', undefined],
  ])('%s of %s holds %s: %s', (range, type, version, expected) => {
    expect(readVersionRange(range)?.(type, version)).toBe(expected)
  })

  it.each(['>>1', '<', '=', 'text, more'])('is not %s', (text) => {
    expect(readVersionRange(text)).toBeUndefined()
  })

  it.each([
    ['2.14.1', false],
    ['1:3.0.11-1~deb12u2', false],
    ['sha256:2c26', false],
    ['>=1', true],
    ['~=2.2', true],
    ['^1', true],
    ['1 - 2', true],
    ['1.x || 2.x', true],
  ])('%s is meant as one: %s', (text, expected) => {
    expect(isVersionRange(text)).toBe(expected)
  })
})
