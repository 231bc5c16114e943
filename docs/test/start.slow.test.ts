import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildEvent, buildReceiver, createApi, waitFor } from '@epr/testkit'
import { expect, it } from 'vitest'
import { isListening, startProgram, startScript } from './script.js'

const README = new URL('../../README.md', import.meta.url)

it('npm start, as the README says it, serves until it is told to stop', async () => {
  expect(await readFile(README, 'utf8')).toMatch(/^npm start$/m)
  const directory = await mkdtemp(join(tmpdir(), 'epr-start-'))
  const { child, output } = startScript(['start', '--', '--port', '0', '--db', join(directory, 'db')], {
    XDG_CONFIG_HOME: directory,
  })
  const closed = once(child, 'close')
  try {
    const ready = () => child.exitCode ?? /EPR listening on (\S+)/.exec(output().stdout)?.[1]
    const url = String(await waitFor('the server to listen', ready, 120_000))
    const api = createApi(url)
    const receiver = await api.create('/receivers', buildReceiver())
    await api.create('/events', buildEvent(receiver))
    child.kill('SIGTERM')
    const [code] = await closed
    expect([code, await isListening(url)]).toEqual([0, false])
  } finally {
    child.kill('SIGTERM')
    await closed
    await rm(directory, { recursive: true, force: true })
  }
})

it('npm start has its data where XDG_DATA_HOME says, and leaves the packages where they are', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'epr-start-'))
  const { child, output } = startScript(['start', '--', '--port', '0'], {
    XDG_CONFIG_HOME: directory,
    XDG_DATA_HOME: join(directory, 'data'),
  })
  const closed = once(child, 'close')
  try {
    const ready = () => child.exitCode ?? /EPR listening on (\S+)/.exec(output().stdout)?.[1]
    expect(await waitFor('the server to listen', ready, 120_000)).toMatch(/^http:/)
    expect(await readdir(join(directory, 'data'))).toEqual(['epr'])
  } finally {
    child.kill('SIGTERM')
    await closed
    await rm(directory, { recursive: true, force: true })
  }
})

it('npm start says where flags go that npm has kept for itself', async () => {
  const { child, output } = startScript(['start', '--port', '9000'])
  const [code] = await once(child, 'close')
  const lines = output()
    .stderr.split('\n')
    .filter((line) => line.includes('npm start -- --port'))
  expect([code === 0, lines.length]).toEqual([false, 1])
})

it.each([
  ['npx', ['--no', '--', 'epr-server']],
  ['npm', ['start', '--']],
])('a server that %s has started ends when it is killed, and so does its database', async (program, args) => {
  const directory = await mkdtemp(join(tmpdir(), 'epr-start-'))
  const { child, output } = startProgram(program, [...args, '--port', '0', '--db', directory], {
    XDG_CONFIG_HOME: directory,
  })
  try {
    const ready = () => child.exitCode ?? /EPR listening on (\S+)/.exec(output().stdout)?.[1]
    const url = String(await waitFor('the server to listen', ready, 120_000))
    const postmaster = join(directory, 'pg', 'postmaster.pid')
    expect([await isListening(url), existsSync(postmaster)]).toEqual([true, true])
    child.kill('SIGKILL')
    await waitFor('the server to end', async () => !(await isListening(url)))
    // PostgreSQL removes it when it is told to stop, and not when it is killed.
    await waitFor('its database to end', () => !existsSync(postmaster))
  } finally {
    child.kill('SIGKILL')
    await rm(directory, { recursive: true, force: true })
  }
})

it.skipIf(process.platform !== 'linux')(
  'a server that has left the session of npx goes on without it',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'epr-start-'))
    const log = join(directory, 'log')
    const line = `setsid epr-server --port 0 --db ${join(directory, 'db')} >${log} 2>&1 </dev/null & echo $!; cat`
    const { child, output } = startProgram('npx', ['--no', '-c', line], { XDG_CONFIG_HOME: directory })
    const closed = once(child, 'close')
    let pid: number | undefined
    try {
      pid = Number(await waitFor('its pid', () => /^\d+\n/.exec(output().stdout)?.[0], 120_000))
      const ready = async () => /EPR listening on (\S+)/.exec(await readFile(log, 'utf8'))?.[1]
      const url = await waitFor('the server to listen', ready, 120_000)
      child.stdin?.end()
      await closed
      // Longer than a server takes to see that its parent is gone.
      const since = performance.now()
      await waitFor('it to go on', async () => (await isListening(url)) && performance.now() - since > 2_000)
    } finally {
      child.kill('SIGKILL')
      if (pid) {
        process.kill(pid, 'SIGTERM')
        await waitFor('the server to end', () => !existsSync(join(directory, 'db', 'pg', 'postmaster.pid')))
      }
      await rm(directory, { recursive: true, force: true })
    }
  },
)
