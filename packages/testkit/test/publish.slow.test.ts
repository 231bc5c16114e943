import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installPacked, waitFor } from '../src/index.js'

/** What somebody does who has only what npm gives. */
const RECORD_AND_WATCH = `
import { createClient } from '@epr/client'
import { byType, createWatcher, feedSource } from '@epr/watcher'

const url = process.env.EPR_URL
const epr = createClient({ url })
const about = { name: 'built', version: '1.0.0', description: 'something was built' }
const receiver = await epr.receivers.create({ ...about, type: 'outside.built', schema: {} })
const watcher = createWatcher({
  source: feedSource({ url, name: 'outside' }),
  match: byType('outside.built'),
  handle({ name, data }) {
    console.log('watched', name, data.events[0].payload.commit)
    void watcher.stop()
  },
})
const running = watcher.run()
const artifact = { name: 'shop', version: '1.0.0', release: '1', platform_id: 'linux', package: 'oci' }
const event = { ...artifact, description: 'built', payload: { commit: 'c0ffee' }, success: true }
console.log('recorded', await epr.events.create({ ...event, event_receiver_id: receiver }))
await running
`

const PUBLISHED = [
  'cdevents',
  'cli',
  'client',
  'embedded-postgres',
  'mcp',
  'mcp-tools',
  'model',
  'payload-schema',
  'proof',
  'server',
  'watcher',
]

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'epr-outside-'))
  await installPacked(['./packages/*'], directory)
}, 300_000)
afterAll(() => rm(directory, { recursive: true, force: true }))

function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('EPR_'))
  const home = { XDG_CONFIG_HOME: directory, XDG_STATE_HOME: directory }
  return { ...Object.fromEntries(inherited), ...home, ...extra }
}

async function run(command: string, args: readonly string[], env?: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd: directory, env: environment(env) })
  return stdout
}

const readInstalled = async (name: string, file: string): Promise<string> =>
  readFile(join(directory, 'node_modules/@epr', name, file), 'utf8')

describe('the packages, packed and installed outside of the workspace', () => {
  it.each(PUBLISHED)('@epr/%s says what it is and under which license', async (name) => {
    expect(await readInstalled(name, 'README.md')).toContain(`# @epr/${name}\n`)
    expect(await readInstalled(name, 'LICENSE')).toContain('Apache License')
    const description = JSON.parse(await readInstalled(name, 'package.json'))
    expect(description).toMatchObject({ license: 'Apache-2.0', engines: { node: '>=20.19' } })
    expect(description.keywords).toContain('provenance')
    expect(JSON.stringify(description.dependencies ?? {})).not.toMatch(/workspace:|catalog:/)
  })

  it.each(['epr-server', 'epr-cli', 'epr-mcp'])('npx %s runs', async (program) => {
    expect(await run('npx', ['--no', '--', program, '--version'])).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(await run('npx', ['--no', '--', program, '--help'])).toMatch(/^Usage: /)
  })

  it('serve, answer the command line, and let the SDK record what the watcher sees', async () => {
    const server = spawn('npx', ['--no', '--', 'epr-server', '--port', '0', '--db', join(directory, 'db')], {
      cwd: directory,
      env: environment(),
      // In a group of its own: npx has a shell between itself and the server.
      detached: true,
    })
    const closed = once(server, 'close')
    let stdout = ''
    server.stdout.on('data', (chunk) => {
      stdout += String(chunk)
    })
    try {
      const url = await waitFor('the server', () => /EPR listening on (\S+)/.exec(stdout)?.[1], 60_000)
      const status = JSON.parse(await run('npx', ['--no', '--', 'epr-cli', 'status'], { EPR_URL: url }))
      expect(status).toMatchObject({ database: 'up' })
      await writeFile(join(directory, 'main.mjs'), RECORD_AND_WATCH)
      const told = await run(process.execPath, ['main.mjs'], { EPR_URL: url })
      // The watcher may see it before its recorder has the answer.
      const words = told
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0])
      expect(words.sort()).toEqual(['recorded', 'watched'])
      expect(told).toContain('watched shop c0ffee\n')
    } finally {
      if (server.pid) process.kill(-server.pid, 'SIGTERM')
      await closed
    }
  })
})
