import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeSocketDirectory, remakeSocketDirectory, removeSocketDirectory } from './socket-directory.js'

let temporary = ''
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'test-epr-'))
  vi.stubEnv('TMPDIR', temporary)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(temporary, { recursive: true, force: true })
})

describe('a socket directory', () => {
  it('is for us alone, and goes with what PostgreSQL left in it', async () => {
    const directory = await makeSocketDirectory('/nowhere')
    expect(directory.startsWith(join(temporary, 'epr-'))).toBe(true)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    writeFileSync(join(directory, '.s.PGSQL.5432'), '')
    writeFileSync(join(directory, '.s.PGSQL.5432.lock'), '')
    await removeSocketDirectory(directory)
    expect(existsSync(directory)).toBe(false)
  })

  it('is made elsewhere when TMPDIR is too long or not there', async () => {
    for (const unusable of [join(temporary, 'a'.repeat(100)), join(temporary, 'missing')]) {
      vi.stubEnv('TMPDIR', unusable)
      const directory = await makeSocketDirectory('/nowhere')
      expect(directory).toMatch(/^\/tmp\/epr-/)
      await removeSocketDirectory(directory)
    }
  })

  it('comes back when something has removed it', async () => {
    const directory = await makeSocketDirectory('/nowhere')
    await removeSocketDirectory(directory)
    await remakeSocketDirectory(directory)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
  })

  it('is not taken from somebody who made one of that name', async () => {
    const directory = join(temporary, 'epr-abcdef')
    mkdirSync(directory, { mode: 0o777 })
    writeFileSync(join(directory, '.s.PGSQL.5432'), '')
    await expect(remakeSocketDirectory(directory)).rejects.toMatchObject({ code: 'EEXIST' })
    await removeSocketDirectory(directory)
    expect(existsSync(join(directory, '.s.PGSQL.5432'))).toBe(true)
  })
})
