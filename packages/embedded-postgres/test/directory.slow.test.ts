import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canMount, isRoot, mount, processesOn, query, run, start, temporary } from './harness.js'

describe('a directory that cannot be used', () => {
  it('is one with the files of somebody else', async () => {
    writeFileSync(join(temporary, 'thesis.txt'), 'mine')
    await expect(start({ directory: temporary })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(readdirSync(temporary)).toEqual(['thesis.txt'])
  })

  it('is a file', async () => {
    const directory = join(temporary, 'file')
    writeFileSync(directory, '')
    await expect(start({ directory })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(start({ directory: join(directory, 'below') })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })

  it.skipIf(process.platform !== 'linux')('is one where nothing can be made', async () => {
    await expect(start({ directory: '/proc/epr' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(start({ directory: '/sys/epr' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('is one made by another PostgreSQL', async () => {
    const directory = join(temporary, 'data')
    mkdirSync(join(directory, 'pg'), { recursive: true })
    writeFileSync(join(directory, 'epr.json'), '{"format":1,"postgres":17}')
    writeFileSync(join(directory, 'pg', 'PG_VERSION'), '17\n')
    await expect(start({ directory })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/PostgreSQL 17\b.*PostgreSQL 18\b/),
    })
  })

  // Mounting needs root, and is forbidden in most containers.
  it.skipIf(!canMount())('is one on a full disk, and one on a read-only one', async () => {
    const disk = join(temporary, 'disk')
    mount(disk, 'size=8m')
    await expect(start({ directory: disk })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('the disk is full'),
    })
    execFileSync('mount', ['-o', 'remount,ro', disk])
    await expect(start({ directory: disk })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('read-only'),
    })
  })
})

// Needs root: PostgreSQL refuses it, so these are the ways around.
describe.skipIf(!isRoot)('as root', () => {
  it.each(['user-namespace', 'other-user'] as const)(
    'runs below a directory that only root may enter: %s',
    async (way) => {
      chmodSync(temporary, 0o700)
      const postgres = await start({ directory: join(temporary, 'data'), rootWays: [way] })
      const owner = statSync(join(temporary, 'data', 'pg')).uid
      expect(owner === 0).toBe(way === 'user-namespace')
      expect(await query(postgres, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
      await query(postgres, 'CREATE TABLE t AS SELECT generate_series(1, 1000) AS n; CHECKPOINT')
    },
  )

  it('runs on the data of the one way in the other way, back and forth', async () => {
    const directory = join(temporary, 'data')
    for (const way of ['user-namespace', 'other-user', 'user-namespace'] as const) {
      const postgres = await start({ directory, rootWays: [way] })
      await query(postgres, 'CREATE TABLE IF NOT EXISTS ways (n serial); INSERT INTO ways DEFAULT VALUES')
      await postgres.stop()
    }
    const postgres = await start({ directory })
    expect(await query(postgres, 'SELECT count(*)::int AS n FROM ways')).toEqual([{ n: 3 }])
  })

  it('says what to do when there is no way', async () => {
    const failing = start({ directory: join(temporary, 'data'), rootWays: [] })
    await expect(failing).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('ordinary user'),
    })
  })

  it('does not run on the data of another user', async () => {
    const directory = join(temporary, 'data')
    await (await start({ directory })).stop()
    execFileSync('chown', ['-R', '65534', directory])
    await expect(start({ directory })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('uid 65534'),
    })
  })

  // An account without a name, as OpenShift and `docker run --user` give, and an ordinary one.
  it.each([65534, 54321])('lets uid %i run it without any of that', async (uid) => {
    execFileSync('chown', [String(uid), temporary])
    const directory = join(temporary, 'data')
    const owner = run(directory, ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'])
    expect(await owner.answer()).toHaveProperty('connection')
    expect(statSync(join(directory, 'pg')).uid).toBe(uid)
    owner.child.stdin.end()
    expect(await owner.answer()).toEqual({ stopped: true })
    await owner.exited
    expect(processesOn(directory)).toEqual([])
  })

  it('refuses an ordinary user a directory without write access', async () => {
    chmodSync(temporary, 0o755)
    const owner = run(join(temporary, 'data'), [
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      '--',
    ])
    expect(await owner.answer()).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
