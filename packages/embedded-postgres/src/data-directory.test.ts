import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDataDirectory } from './data-directory.js'

let temporary = ''
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'test-epr-'))
})
afterEach(() => rmSync(temporary, { recursive: true, force: true }))

describe('a data directory', () => {
  it('is made with its parents, for us alone, and marked', async () => {
    const directory = join(temporary, 'a', 'b')
    expect((await openDataDirectory(directory, 18)).data).toBe(join(directory, 'pg'))
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(readdirSync(directory)).toEqual(['epr.json'])
  })

  it('is ours the next time', async () => {
    await openDataDirectory(temporary, 18)
    writeFileSync(join(temporary, 'postgres.log'), '')
    await expect(openDataDirectory(temporary, 18)).resolves.toHaveProperty('path', temporary)
  })

  it('may be the root of a new file system, or one where the marker was not finished', async () => {
    mkdirSync(join(temporary, 'lost+found'))
    writeFileSync(join(temporary, 'epr.json.17.tmp'), '{"for')
    await expect(openDataDirectory(temporary, 18)).resolves.toHaveProperty('path', temporary)
  })

  it('takes another PostgreSQL when there is no database in it yet', async () => {
    await openDataDirectory(temporary, 17)
    await openDataDirectory(temporary, 18)
    expect(JSON.parse(readFileSync(join(temporary, 'epr.json'), 'utf8'))).toEqual({ format: 1, postgres: 18 })
  })

  it.each(['', '{', 'null', '{"format":2,"postgres":18}'])(
    'is refused with the marker %j',
    async (marker) => {
      writeFileSync(join(temporary, 'epr.json'), marker)
      await expect(openDataDirectory(temporary, 18)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(readFileSync(join(temporary, 'epr.json'), 'utf8')).toBe(marker)
    },
  )

  it.each([
    ['has a colon', 'a:b'],
    ['is too long', 'a/'.repeat(500)],
  ])('is refused when its path %s', async (_, name) => {
    const opening = openDataDirectory(join(temporary, name), 18)
    await expect(opening).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(readdirSync(temporary)).toEqual([])
  })

  it('is not taken from somebody', async () => {
    writeFileSync(join(temporary, 'PG_VERSION'), '18')
    await expect(openDataDirectory(temporary, 18)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(readdirSync(temporary)).toEqual(['PG_VERSION'])
  })
})
