import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { disownPostmasterFile, findPostmaster, readPostmasterFile } from './postmaster.js'
import { isAlive } from './process-alive.js'

let data = ''
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'test-epr-'))
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

const write = (pid: number | string) =>
  writeFileSync(
    join(data, 'postmaster.pid'),
    `${pid}\n${data}\n1795430154\n5432\n/tmp/epr-abcdef\n\n  9986445         4\nready   \n`,
  )

describe('postmaster.pid', () => {
  it('says where the socket is', async () => {
    write(4194)
    const expected = { pid: 4194, port: 5432, socketDirectory: '/tmp/epr-abcdef' }
    expect(await readPostmasterFile(data)).toEqual(expected)
  })

  it('may be missing, empty or cut short', async () => {
    expect(await readPostmasterFile(data)).toBeUndefined()
    writeFileSync(join(data, 'postmaster.pid'), '')
    expect(await readPostmasterFile(data)).toBeUndefined()
    writeFileSync(join(data, 'postmaster.pid'), '17\n/data\n')
    expect(await readPostmasterFile(data)).toMatchObject({ pid: 17, socketDirectory: '' })
  })

  it('is not believed when its pid belongs to another program', async () => {
    write(process.pid)
    expect(await findPostmaster(data)).toBeUndefined()
  })

  it('loses the pid of a stranger, and keeps the way to the shared memory', async () => {
    write(process.pid)
    await disownPostmasterFile(data)
    expect(isAlive((await readPostmasterFile(data))?.pid ?? 0)).toBe(false)
    expect(readFileSync(join(data, 'postmaster.pid'), 'utf8')).toContain('9986445         4')
  })
})
