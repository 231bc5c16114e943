// What the tests of the embedded PostgreSQL share: real ones, in directories that go with the test.
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { build } from 'tsup'
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest'
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../src/embedded-postgres.js'

// A first start takes 1 s, more on a busy machine; the waits below give up earlier.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const systemTemporary = tmpdir()
export const isRoot = process.getuid?.() === 0
const here = dirname(fileURLToPath(import.meta.url))

/** The built owner-process.ts; below the package, so that it finds its dependencies. */
let program = ''
/** A directory of the running test; its sockets and all that runs on it go with it. */
export let temporary = ''
/** Run after the test, the last first. */
export const cleanups: (() => Promise<unknown> | unknown)[] = []
/** The messages of the servers that `start` started. */
export const logged: string[] = []
const keep = (_: object, message: string) => void logged.push(message)
const log = { info: keep, warn: keep, error: keep }
const silent = { info() {}, warn() {}, error() {} }

beforeAll(async () => {
  const outDir = join(here, '..', 'node_modules', '.cache', `embedded-postgres-${randomUUID()}`)
  const entry = { process: join(here, 'owner-process.ts') }
  await build({
    entry,
    outDir,
    format: ['esm'],
    target: 'node20',
    config: false,
    silent: true,
    clean: false,
    dts: false,
    external: ['pg', '@epr/model'],
  })
  program = join(outDir, readdirSync(outDir).find((name) => /^process\.m?js$/.test(name)) ?? '')
})

afterAll(async () => {
  process.env.TMPDIR = systemTemporary
  if (made !== undefined) rmSync(await made, { recursive: true, force: true })
  rmSync(dirname(program), { recursive: true, force: true })
})

beforeEach(() => {
  temporary = mkdtempSync(join(systemTemporary, 'test-epr-'))
  logged.length = 0
  // The sockets go there too, and with it, also those of what is killed here.
  process.env.TMPDIR = temporary
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  for (const pid of processesOn(temporary)) process.kill(pid, 'SIGKILL')
  await until(() => processesOn(temporary).length === 0)
  rmSync(temporary, { recursive: true, force: true })
})

export async function start(options: Omit<EmbeddedPostgresOptions, 'log'>): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ ...options, log })
  cleanups.push(() => postgres.stop())
  return postgres
}

let made: Promise<string> | undefined

async function makeTemplate(): Promise<string> {
  const template = mkdtempSync(join(systemTemporary, 'test-epr-template-'))
  const postgres = await startEmbeddedPostgres({ directory: template, log: silent })
  await postgres.stop()
  return template
}

/** A directory that was used before: a copy of one, which takes a tenth of the time that a new one does. */
export async function usedDirectory(): Promise<string> {
  made ??= makeTemplate()
  const directory = join(temporary, 'data')
  execFileSync('cp', ['-a', await made, directory])
  return directory
}

export async function connect({ connection }: Pick<EmbeddedPostgres, 'connection'>): Promise<pg.Client> {
  const client = new pg.Client(connection)
  client.on('error', () => undefined)
  await client.connect()
  return client
}

export async function query(postgres: Pick<EmbeddedPostgres, 'connection'>, sql: string): Promise<unknown[]> {
  const client = await connect(postgres)
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

type Answer =
  | { connection: EmbeddedPostgres['connection'] }
  | { code: string; message: string }
  | { stopped: true }

/** Another Node process with a PostgreSQL on `directory`. */
export function run(directory: string, prefix: string[] = []) {
  const [file = '', ...args] = [...prefix, process.execPath, program, directory]
  const child: ChildProcessWithoutNullStreams = spawn(file, args)
  const exited = new Promise((resolve) => child.once('exit', resolve))
  cleanups.push(() => {
    child.kill('SIGKILL')
    return exited
  })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<Answer> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`no answer: ${errors}`)
    return JSON.parse(value)
  }
  const postgres = async () => {
    const first = await answer()
    if (!('connection' in first)) throw new Error(JSON.stringify(first))
    return first
  }
  let asked: ReturnType<typeof postgres> | undefined
  return {
    child,
    exited,
    /** Its next line. */
    answer,
    /** Its first line, which says how to connect. */
    postgres: () => {
      asked ??= postgres()
      return asked
    },
  }
}

export function postmasterPid(directory: string): number {
  return Number(readFileSync(join(directory, 'pg', 'postmaster.pid'), 'utf8').split('\n')[0])
}

/** The PostgreSQL processes, initdb too, that have a directory in their command line (children of a postmaster: by their parent). */
export function processesOn(directory: string): number[] {
  if (process.platform !== 'linux') return []
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), ...describeProcess(pid) }))
  const found = new Set(
    all
      .filter(({ command }) => /\/(postgres|initdb)\0/.test(command) && command.includes(directory))
      .map(({ pid }) => pid),
  )
  for (const { pid, parent, command } of all)
    if (found.has(parent) && command.startsWith('postgres:')) found.add(pid)
  return [...found]
}

function describeProcess(pid: string): { command: string; parent: number } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
    return { command: readFileSync(`/proc/${pid}/cmdline`, 'utf8'), parent: Number(stat?.[1]) }
  } catch {
    return { command: '', parent: 0 }
  }
}

export function socketDirectories(): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('epr-'))
}

export function isLocked(file: string): boolean {
  try {
    execFileSync('flock', ['--nonblock', file, 'true'], { stdio: 'ignore' })
    return false
  } catch {
    return true
  }
}

export function mount(at: string, options: string): void {
  mkdirSync(at, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', at], { stdio: 'ignore' })
  cleanups.push(() => execFileSync('umount', [at]))
}

export function canMount(): boolean {
  if (!isRoot || process.platform !== 'linux') return false
  const at = mkdtempSync(join(systemTemporary, 'test-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', at], { stdio: 'ignore' })
    execFileSync('umount', [at])
    return true
  } catch {
    return false
  } finally {
    rmSync(at, { recursive: true, force: true })
  }
}

/** Waits for a condition; a condition that throws is not met yet. The timeout of the test bounds it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 20_000
  for (;;) {
    const met = await Promise.resolve()
      .then(condition)
      .catch(() => false)
    if (met) return
    if (Date.now() > giveUpAt) throw new Error(`still not: ${condition}`)
    await sleep(10)
  }
}
