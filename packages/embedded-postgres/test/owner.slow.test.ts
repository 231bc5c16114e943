import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  cleanups,
  isLocked,
  logged,
  postmasterPid,
  processesOn,
  query,
  run,
  start,
  temporary,
  until,
} from './harness.js'

/** PostgreSQL's own processes end when their parent does: one that is gone already is as good as killed. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

describe('the owner of a directory', () => {
  it('is told to a second one, which is refused', async () => {
    const directory = join(temporary, 'data')
    const owner = run(directory)
    await owner.postgres()
    await expect(start({ directory })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`(pid ${owner.child.pid})`),
    })
    expect(await query(await owner.postgres(), 'SELECT 1 AS n')).toEqual([{ n: 1 }])
  })

  it('is this process, also for itself', async () => {
    const directory = join(temporary, 'data')
    await start({ directory })
    await expect(start({ directory })).rejects.toMatchObject({
      message: expect.stringContaining('this process'),
    })
  })

  it('is the next one after a kill, with the data and the PostgreSQL of the last', async () => {
    const directory = join(temporary, 'data')
    const owner = run(directory)
    await query(await owner.postgres(), 'CREATE TABLE kept AS SELECT 1 AS n')
    const pid = postmasterPid(directory)
    owner.child.kill('SIGKILL')
    const next = await start({ directory })
    expect(postmasterPid(directory)).toBe(pid)
    expect(await query(next, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
    await next.stop()
    expect(processesOn(directory)).toEqual([])
    expect(existsSync(next.connection.host)).toBe(false)
  })

  it('is the next one when it was killed together with PostgreSQL, whose remains are removed', async () => {
    const directory = join(temporary, 'data')
    const owner = run(directory)
    const { connection } = await owner.postgres()
    await query({ connection }, 'CREATE TABLE kept AS SELECT 1 AS n')
    for (const pid of [owner.child.pid ?? 0, ...processesOn(directory)]) kill(pid)
    const next = await start({ directory })
    expect(await query(next, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
    expect(existsSync(connection.host)).toBe(false)
  })

  it('survives Ctrl-C in its terminal long enough to stop PostgreSQL itself', async () => {
    const directory = join(temporary, 'data')
    const owner = run(directory)
    await owner.postgres()
    const group = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2]
    expect(group(postmasterPid(directory))).toBe(String(postmasterPid(directory)))
    owner.child.stdin.end()
    expect(await owner.answer()).toEqual({ stopped: true })
    await owner.exited
    expect(processesOn(directory)).toEqual([])
  })

  it('is exactly one of two that start at once on a new directory', async () => {
    const directory = join(temporary, 'data')
    const both = [run(directory), run(directory)]
    const answers = await Promise.all(both.map((one) => one.answer()))
    const winner = both.find((_, index) => 'connection' in (answers[index] ?? {}))
    expect(answers.filter((answer) => 'connection' in answer)).toHaveLength(1)
    expect(answers.find((answer) => 'code' in answer)).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`(pid ${winner?.child.pid})`),
    })
    winner?.child.stdin.end()
    expect(await winner?.answer()).toEqual({ stopped: true })
    await Promise.all(both.map((one) => one.exited))
    expect(processesOn(directory)).toEqual([])
    expect(readdirSync(directory).filter((name) => name.startsWith('pg'))).toEqual(['pg'])
  })

  it('is exactly one of two starts in one process, too', async () => {
    const directory = join(temporary, 'data')
    const both = await Promise.allSettled([start({ directory }), start({ directory })])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'UNAVAILABLE', message: expect.stringContaining('this process') },
    })
  })

  it('leaves nothing half-made when it is killed in the middle of initdb', async () => {
    const directory = join(temporary, 'data')
    const owner = run(directory)
    const unfinished = () => readdirSync(directory).find((name) => name.startsWith('pg.init-'))
    await until(() => existsSync(directory) && unfinished() !== undefined)
    owner.child.kill('SIGKILL')
    await owner.exited
    expect(existsSync(join(directory, 'pg'))).toBe(false)
    await until(() => processesOn(directory).length === 0)
    const next = await start({ directory })
    expect(await query(next, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
    expect(unfinished()).toBeUndefined()
  })

  it('may find its pid file with the pid of a stranger in it', async () => {
    const directory = join(temporary, 'data')
    const first = await start({ directory })
    const file = join(directory, 'pg', 'postmaster.pid')
    const lines = readFileSync(file, 'utf8').split('\n')
    await first.stop()
    // pid 1 is always there and never a PostgreSQL, as the pid of a restarted container often is.
    writeFileSync(file, ['1', ...lines.slice(1)].join('\n'), { mode: 0o600 })
    const next = await start({ directory })
    expect(await query(next, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
  })

  it.skipIf(!existsSync('/usr/bin/flock'))(
    'waits for the processes of another container, by file lock',
    async () => {
      const directory = join(temporary, 'data')
      const starts = () => logged.filter((line) => line === 'PostgreSQL is running').length
      await (await start({ directory })).stop()
      const holder = spawn('flock', [join(directory, 'postgres.lock'), 'cat'], {
        stdio: ['pipe', 'ignore', 'ignore'],
      })
      cleanups.push(() => holder.kill('SIGKILL'))
      await until(() => isLocked(join(directory, 'postgres.lock')))
      const starting = start({ directory })
      // Each attempt lives for a millisecond only; what stays is that it says so.
      await until(() => logged.includes('waiting for PostgreSQL'))
      expect(starts()).toBe(1)
      holder.stdin.end()
      expect(await query(await starting, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
      expect(starts()).toBe(2)
    },
  )
})
