import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Runs one command after another for the npm scripts, with nothing needed but Node and npm. */

export const root = fileURLToPath(new URL('..', import.meta.url))

const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/**
 * Runs a command to its end. Its output goes to stderr when `quiet`, so that stdout stays a server's own.
 *
 * @returns its exit code; 128 + n for a signal
 */
export function run(command, args, { quiet = false, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? process.stderr : 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    })
    const forward = (signal) => child.kill(signal)
    process.on('SIGINT', forward)
    process.on('SIGTERM', forward)
    child.on('error', (error) => {
      process.stderr.write(`cannot run ${command}: ${error.message}\n`)
      resolve(127)
    })
    child.on('exit', (code, signal) => {
      process.off('SIGINT', forward)
      process.off('SIGTERM', forward)
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143))
    })
  })
}

/**
 * pnpm at the version that the workspace names; npx fetches it when it is not there. XDG_DATA_HOME says where EPR has
 * its data; a store that moved with it would have pnpm ask to remove node_modules.
 */
export const pnpm = (args, options) =>
  run('npx', ['--yes', packageManager, ...args], {
    ...options,
    env: { XDG_DATA_HOME: undefined, ...options?.env },
  })

/** The store that node_modules are linked from, wherever it is. */
function findStore() {
  try {
    const modules = readFileSync(new URL('../node_modules/.modules.yaml', import.meta.url), 'utf8')
    return [`--store-dir=${JSON.parse(modules).storeDir}`]
  } catch {
    return []
  }
}

export function assertNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  process.stderr.write(
    `EPR needs Node 20.19 or newer, and this is ${process.version}: see https://nodejs.org\n`,
  )
  process.exit(1)
}

/** Installs and builds; ends the process with the reason when that fails. */
export async function prepare(options = {}) {
  assertNode()
  const install = [
    'install',
    '--frozen-lockfile',
    '--prefer-offline',
    '--reporter=append-only',
    '--loglevel=warn',
    ...findStore(),
  ]
  const steps = [
    () => pnpm(install, options),
    () =>
      pnpm(['exec', 'turbo', 'run', 'build', '--output-logs=errors-only', '--no-update-notifier'], {
        ...options,
        env: { TURBO_TELEMETRY_DISABLED: '1' },
      }),
  ]
  for (const step of steps) {
    const code = await step()
    if (code !== 0) process.exit(code)
  }
}
