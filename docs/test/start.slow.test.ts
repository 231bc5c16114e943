import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildEvent, buildReceiver, createApi, waitFor } from '@epr/testkit'
import { expect, it } from 'vitest'
import { isListening, startScript } from './script.js'

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
