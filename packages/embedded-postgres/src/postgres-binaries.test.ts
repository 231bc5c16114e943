import { expect, it } from 'vitest'
import { findPostgresBinaries } from './postgres-binaries.js'

it.each([
  ['win32', 'x64'],
  ['freebsd', 'x64'],
  ['linux', 's390x'],
] as const)('there are none for %s-%s, and --db is the way out', (platform, arch) => {
  expect(() => findPostgresBinaries(platform, arch)).toThrow(
    expect.objectContaining({ code: 'UNAVAILABLE', message: expect.stringContaining('--db postgres://') }),
  )
})
