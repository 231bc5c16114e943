import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Runs one command after another for the npm scripts, with nothing needed but Node and npm. */

export const root = fileURLToPath(new URL('..', import.meta.url))

const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/**
 * Runs a command to its end. When `quiet` it shows its output only if it fails, and on stderr: stdout is a server's own.
 *
 * @returns its exit code; 128 + n for a signal
 */
export function run(command, args, { quiet = false, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      shell: process.platform === 'win32',
    })
    const output = []
    child.stdout?.on('data', (chunk) => output.push(chunk))
    child.stderr?.on('data', (chunk) => output.push(chunk))
    const forward = (signal) => child.kill(signal)
    process.on('SIGINT', forward)
    process.on('SIGTERM', forward)
    child.on('error', (error) => {
      process.stderr.write(`cannot run ${command}: ${error.message}\n`)
      resolve(127)
    })
    child.on('close', (code, signal) => {
      if (code !== 0) process.stderr.write(Buffer.concat(output))
      process.off('SIGINT', forward)
      process.off('SIGTERM', forward)
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143))
    })
  })
}

/**
 * pnpm at the version that the workspace names; npx fetches it when it is not there, and does not ask the registry about
 * one that is. XDG_DATA_HOME says where EPR has its data; a store that moved with it would have pnpm ask to remove
 * node_modules.
 */
export const pnpm = (args, options) =>
  run('npx', ['--yes', packageManager, ...args], {
    ...options,
    env: { XDG_DATA_HOME: undefined, npm_config_prefer_offline: 'true', ...colours(), ...options?.env },
  })

/** turbo looks at FORCE_COLOR only: https://no-color.org */
const colours = () => (process.env.NO_COLOR ? { FORCE_COLOR: '0' } : {})

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

const STAMP = join(root, 'node_modules', '.epr-prepared')
const SETTINGS = [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'turbo.json',
  'tsup.config.base.ts',
]

/** What is built and what it is built from, by size and time: nothing of it is read. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version)
  const add = (path) => {
    const { size, mtimeMs } = statSync(path)
    hash.update(`${path} ${size} ${mtimeMs}\n`)
  }
  for (const name of SETTINGS) add(join(root, name))
  for (const name of readdirSync(join(root, 'packages'))) {
    const directory = join(root, 'packages', name)
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      if (entry.isFile()) add(path)
      else if (entry.name === 'src' || entry.name === 'dist')
        for (const file of readdirSync(path, { recursive: true })) add(join(path, file))
    }
  }
  return hash.digest('hex')
}

const isPrepared = () => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint()

/** Installs and builds what is not; ends the process with the reason when that fails. */
export async function prepare(options = {}) {
  assertNode()
  if (isPrepared()) return
  if (options.quiet)
    process.stderr.write('installing and building first: half a minute, and a minute on a new machine\n')
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
  writeFileSync(STAMP, fingerprint())
}
