import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const LAUNCHER = fileURLToPath(new URL('../../packages/server/bin/epr-server.mjs', import.meta.url))

/** The settings of the user's own servers are none of the demo's. */
function environment(directory) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('EPR_'))
  return { ...Object.fromEntries(inherited), XDG_CONFIG_HOME: directory }
}

/** The URL that the server says it listens on. */
async function readUrl(server) {
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /EPR listening on (\S+)/.exec(line)?.[1]
    if (url) return url
  }
  throw new Error('the server did not start')
}

/** Starts a server with its database in a temporary directory; `stop` leaves neither behind. */
export async function startRegistry() {
  const directory = await mkdtemp(join(tmpdir(), 'epr-demo-'))
  const server = spawn(process.execPath, [LAUNCHER, '--port', '0', '--db', join(directory, 'db')], {
    env: environment(directory),
    // Ctrl-C is the demo's to hear: it stops the server when the watcher has ended.
    detached: true,
  })
  let log = ''
  server.stderr.on('data', (chunk) => {
    log += String(chunk)
  })
  const ended = once(server, 'exit')

  async function stop() {
    server.kill('SIGTERM')
    await ended
    await rm(directory, { recursive: true, force: true })
  }

  try {
    return { url: await readUrl(server), directory, stop }
  } catch (error) {
    await stop()
    throw new Error(`${error.message}:\n${log}`)
  }
}
