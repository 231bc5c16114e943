import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { takeLock } from './lock-file.js'

let directory: string
let file: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'epr-lock-'))
  file = join(directory, 'below', 'a.cursor.lock')
})
afterEach(() => rm(directory, { recursive: true }))

const taken = expect.objectContaining({ name: 'WatcherError', code: 'ALREADY_EXISTS' })

it('is held once, and free again when it is given back', async () => {
  const unlock = await takeLock(file, 'a')
  await expect(takeLock(file, 'a')).rejects.toEqual(taken)
  await unlock()
  await (await takeLock(file, 'a'))()
  expect(await readdir(join(directory, 'below'))).toEqual([])
})

it('names the process that has it', async () => {
  const unlock = await takeLock(file, 'deployer')
  await expect(takeLock(file, 'deployer')).rejects.toThrow(`process ${process.pid}`)
  await unlock()
})

async function leaveBehind(holder: object | string): Promise<void> {
  await (await takeLock(file, 'a'))()
  await writeFile(file, typeof holder === 'string' ? holder : JSON.stringify(holder))
}

it('is taken over from a process that is dead', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  await leaveBehind({ pid, host: hostname() })
  await takeLock(file, 'a')
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: process.pid })
})

it.runIf(existsSync('/proc/self/stat'))(
  'is taken over from a dead process whose id another one has by now',
  async () => {
    await leaveBehind({ pid: process.pid, host: hostname(), startedAt: '1' })
    await takeLock(file, 'a')
    await expect(takeLock(file, 'a')).rejects.toEqual(taken)
  },
)

it.each([{ pid: process.pid, host: 'another-container' }, '{"pid":'])(
  'is taken over from %j, of which nothing can be known',
  async (holder) => {
    await leaveBehind(holder)
    await takeLock(file, 'a')
    await expect(takeLock(file, 'a')).rejects.toEqual(taken)
  },
)

it('is given to one of many that find a dead one at the same time', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  await leaveBehind({ pid, host: hostname() })
  for (let round = 0; round < 20; round += 1) {
    await rm(file, { force: true })
    await leaveBehind({ pid, host: hostname() })
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(file, 'a')))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  }
})
