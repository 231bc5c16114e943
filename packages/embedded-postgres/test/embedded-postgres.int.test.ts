import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  connect,
  logged,
  postmasterPid,
  processesOn,
  query,
  socketDirectories,
  start,
  temporary,
  until,
  usedDirectory,
} from './harness.js'

describe('the embedded PostgreSQL', () => {
  it('starts on a new directory that only its owner may enter', async () => {
    const directory = join(temporary, 'new', 'data')
    const postgres = await start({ directory })
    expect(await query(postgres, 'SHOW fsync')).toEqual([{ fsync: 'on' }])
    expect(await query(postgres, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }])
    expect(await query(postgres, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }])
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(statSync(postgres.connection.host).mode & 0o777).toBe(0o700)
    expect(JSON.parse(readFileSync(join(directory, 'epr.json'), 'utf8'))).toEqual({ format: 1, postgres: 18 })
  })

  it('keeps the data over a restart', async () => {
    const directory = join(temporary, 'data')
    const first = await start({ directory })
    await query(first, 'CREATE TABLE kept AS SELECT 1 AS n')
    await first.stop()
    const second = await start({ directory })
    expect(await query(second, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
  })

  it('leaves no process and no socket directory when it stops, and stops twice', async () => {
    const directory = await usedDirectory()
    const postgres = await start({ directory })
    const client = await connect(postgres)
    await Promise.all([postgres.stop(), postgres.stop()])
    await postgres.stop()
    await client.end()
    expect(processesOn(directory)).toEqual([])
    expect(existsSync(postgres.connection.host)).toBe(false)
    expect(existsSync(join(directory, 'pg', 'postmaster.pid'))).toBe(false)
  })

  it.each(['', 'garbage\n', '\0\0\0\0'])(
    'starts in seconds when a power cut has left %j in postmaster.pid',
    async (text) => {
      const directory = await usedDirectory()
      writeFileSync(join(directory, 'pg', 'postmaster.pid'), text)
      const startedAt = Date.now()
      await start({ directory })
      expect(Date.now() - startedAt).toBeLessThan(10_000)
    },
  )

  it('leaves no file in its directory that others can read', async () => {
    const directory = await usedDirectory()
    await start({ directory })
    const files = readdirSync(directory).filter((name) => statSync(join(directory, name)).isFile())
    expect(files).toContain('postgres.log')
    for (const name of files) expect([name, statSync(join(directory, name)).mode & 0o077]).toEqual([name, 0])
  })

  it('applies the settings it is given', async () => {
    const postgres = await start({ directory: await usedDirectory(), settings: { max_connections: '17' } })
    expect(await query(postgres, 'SHOW max_connections')).toEqual([{ max_connections: '17' }])
  })

  it('names the FATAL line of PostgreSQL when it does not start, and leaves nothing running', async () => {
    const directory = await usedDirectory()
    const failing = start({ directory, settings: { no_such_setting: '1' } })
    await expect(failing).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/FATAL: .*no_such_setting/),
    })
    expect(processesOn(directory)).toEqual([])
    expect(socketDirectories()).toEqual([])
  })

  it('has room for a long path and a long TMPDIR', async () => {
    const long = join(temporary, 'a'.repeat(120), 'b'.repeat(120))
    mkdirSync(long, { recursive: true })
    process.env.TMPDIR = long
    const postgres = await start({ directory: join(long, 'data with spaces, commas and "quotes"') })
    expect(await query(postgres, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
    expect(postgres.connection.host.length).toBeLessThan(80)
  })

  it('comes back at the same place when its postmaster is killed', async () => {
    const directory = await usedDirectory()
    const postgres = await start({ directory })
    await query(postgres, 'CREATE TABLE kept AS SELECT 1 AS n')
    const killed = postmasterPid(directory)
    process.kill(killed, 'SIGKILL')
    await until(async () => (await query(postgres, 'SELECT n FROM kept')).length === 1)
    await until(() => logged.filter((line) => line === 'PostgreSQL is running').length === 2)
    expect(postmasterPid(directory)).not.toBe(killed)
    expect(logged).toContain('PostgreSQL is gone: starting it again')
    await postgres.stop()
    expect(processesOn(directory)).toEqual([])
  })

  it('stops in the middle of coming back', async () => {
    const directory = await usedDirectory()
    const postgres = await start({ directory })
    process.kill(postmasterPid(directory), 'SIGKILL')
    await until(() => logged.includes('PostgreSQL is gone: starting it again'))
    await postgres.stop()
    expect(processesOn(directory)).toEqual([])
    expect(existsSync(postgres.connection.host)).toBe(false)
  })

  it('takes its lock up again when only its session is ended', async () => {
    const directory = await usedDirectory()
    const postgres = await start({ directory })
    const pid = postmasterPid(directory)
    await query(
      postgres,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'epr-server owner%'",
    )
    await until(() => logged.includes('adopted the running PostgreSQL'))
    expect(postmasterPid(directory)).toBe(pid)
    await expect(start({ directory })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
