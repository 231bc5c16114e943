import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EprError } from '@epr/model'
import { isAlive } from './process-alive.js'

/** The main process of a PostgreSQL that runs on a data directory. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  /** Empty while it is not known yet. */
  readonly socketDirectory: string
}

/** A pid that no process has: above the largest pid_max (2^22, proc(5)). */
const NOBODY = 2_147_483_647

/** The living postmaster of a data directory: what its `postmaster.pid` says, if that is still true. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const found = await readPostmasterFile(data)
  return found !== undefined && isPostmasterOf(found.pid, data) ? found : undefined
}

/** What `postmaster.pid` says; also that of a postmaster that was killed. */
export async function readPostmasterFile(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
  // pidfile.h: pid, data directory, start time, port, socket directory, …; written line by line.
  const [pid = '', , , port = '', socketDirectory = ''] = text.split('\n')
  if (!/^\d+$/.test(pid)) return undefined
  return { pid: Number(pid), port: Number(port), socketDirectory }
}

/**
 * A pid is used again, in a container at once. A stranger's makes PostgreSQL refuse to start, so take it
 * out of the file. Not the file: it also leads to the shared memory by which PostgreSQL notices that
 * processes of a killed postmaster are still at work on the data.
 */
export async function disownPostmasterFile(data: string): Promise<void> {
  await removeCutFile(join(data, 'postmaster.pid'))
  const found = await readPostmasterFile(data)
  if (found === undefined || !isAlive(found.pid) || isPostmasterOf(found.pid, data)) return
  const file = join(data, 'postmaster.pid')
  const text = await readFile(file, 'utf8')
  const written = `${file}.${randomUUID()}`
  await writeFile(written, text.replace(/^\d+/, String(NOBODY)), { mode: 0o600 })
  await rename(written, file)
}

/** A postmaster writes its file within milliseconds of making it. */
const WRITING_MS = 1_000

/**
 * After a power cut the file may be empty or hold anything: no process can be looked up by it, and PostgreSQL would
 * refuse to start for as long as it is there. Who makes it just now is given the time to write it.
 */
async function removeCutFile(file: string): Promise<void> {
  const text = await readFile(file, 'latin1').catch(() => undefined)
  if (text === undefined || /^\d+\n/.test(text)) return
  await sleep(WRITING_MS)
  if ((await readFile(file, 'latin1').catch(() => undefined)) === text) await rm(file, { force: true })
}

function isPostmasterOf(pid: number, data: string): boolean {
  if (!isAlive(pid)) return false
  const [program = '', ...args] = readCommandLine(pid)
  const served = args[args.indexOf('-D') + 1]
  return basename(program) === 'postgres' && served !== undefined && isSamePath(served, data)
}

function readCommandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    if (process.platform === 'linux') return []
  }
  try {
    const line = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    // Our own always look like this (postmaster-launch.ts); the path may have spaces.
    const [, program = '', data = ''] = /^(.*?\/postgres) -D (.*?) -c /.exec(line) ?? []
    return [program, '-D', data]
  } catch {
    return []
  }
}

function isSamePath(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other)
  } catch {
    return false
  }
}

/** Harder and harder: fast shutdown, immediate shutdown (PostgreSQL recovers at the next start), kill. */
const STEPS = [
  ['SIGINT', 60_000],
  ['SIGQUIT', 15_000],
  ['SIGKILL', 5_000],
] as const

/** Ends a postmaster and waits until it is gone. */
export async function stopPostmaster({ pid }: Postmaster, data: string): Promise<void> {
  if (isPostmasterOf(pid, data)) await endPostgres(pid)
}

/** Ends a process that is known to be a postmaster, or about to become one. */
export async function endPostgres(pid: number): Promise<void> {
  for (const [signal, patienceMs] of STEPS) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
    if (await isGone(pid, patienceMs)) return
  }
  throw new EprError('UNAVAILABLE', `PostgreSQL (pid ${pid}) does not end: kill that process`)
}

async function isGone(pid: number, patienceMs: number): Promise<boolean> {
  const giveUpAt = Date.now() + patienceMs
  while (isAlive(pid)) {
    if (Date.now() > giveUpAt) return false
    await sleep(10)
  }
  return true
}
