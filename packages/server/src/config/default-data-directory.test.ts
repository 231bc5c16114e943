import { describe, expect, it } from 'vitest'
import { defaultDataDirectory } from './default-data-directory.js'

describe('the default data directory', () => {
  it.each([
    ['XDG_DATA_HOME', { XDG_DATA_HOME: '/data' }, 1000, 'linux', '/data/epr'],
    ['XDG_DATA_HOME also for root', { XDG_DATA_HOME: '/data' }, 0, 'linux', '/data/epr'],
    ['/var/lib for root', {}, 0, 'linux', '/var/lib/epr'],
    ['the home directory for everybody else', {}, 1000, 'linux', '/home/ada/.local/share/epr'],
    ['no relative XDG_DATA_HOME', { XDG_DATA_HOME: 'data' }, 1000, 'linux', '/home/ada/.local/share/epr'],
    ['no empty XDG_DATA_HOME', { XDG_DATA_HOME: '' }, 0, 'linux', '/var/lib/epr'],
    ['the convention of macOS', {}, 501, 'darwin', '/home/ada/Library/Application Support/epr'],
    ['the convention of Windows', { LOCALAPPDATA: 'C:\\Local' }, undefined, 'win32', 'C:\\Local\\epr'],
  ] as const)('is %s', (_, env, uid, platform, expected) => {
    expect(defaultDataDirectory(env, uid, '/home/ada', platform)).toBe(expected)
  })
})
