import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { WatcherError } from '../errors.js'

/** Who holds a lock. A process id alone comes again, above all in containers, where everybody is process 1. */
interface Holder {
  pid: number
  host: string
  /** When the process was started, as the kernel counts; undefined where there is no /proc. */
  startedAt: string | undefined
}

/** When a running process was started; undefined for one that has ended, and where there is no /proc. */
function startedAtOf(pid: number): string | undefined {
  try {
    // proc(5): fields are behind the name, which is in parentheses and may contain anything; state first, start as 20th.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** A holder on another host cannot be asked: the lock is for one machine, and a container that comes again has a new name. */
function isAlive({ pid, host, startedAt }: Holder): boolean {
  if (host !== hostname()) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return startedAt === undefined || startedAtOf(pid) === startedAt
}

/** Undefined when there is no lock, or one that was cut off by a crash. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST'

/**
 * Takes a lock that one process on this machine has at a time; that of a process which is dead is taken over.
 *
 * @returns what gives it back
 * @throws WatcherError ALREADY_EXISTS while another one has it
 */
export async function takeLock(file: string, name: string): Promise<() => Promise<void>> {
  const mine = `${file}.${randomUUID()}`
  const holder: Holder = { pid: process.pid, host: hostname(), startedAt: startedAtOf(process.pid) }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(mine, JSON.stringify(holder), { mode: 0o600 })
  try {
    // To link is the one step that either makes the whole lock or finds another one's.
    await link(mine, file).catch(async (error: unknown) => {
      if (!isTaken(error)) throw error
      await assertDead(file, name)
      await replaceDead(mine, file, name)
    })
  } catch (error) {
    if (!isTaken(error)) throw error
    throw toRefusal(name, await readHolder(file), file)
  } finally {
    await rm(mine, { force: true })
  }
  return () => rm(file, { force: true })
}

async function assertDead(file: string, name: string): Promise<void> {
  const other = await readHolder(file)
  if (other && isAlive(other)) throw toRefusal(name, other, file)
}

/**
 * Of many that found the same dead one, each would replace what the quickest has put there: replacing has a lock of its
 * own, and who has it looks again.
 */
async function replaceDead(mine: string, file: string, name: string): Promise<void> {
  const release = await takeLock(`${file}.takeover`, name)
  try {
    await assertDead(file, name)
    await rename(mine, file)
  } finally {
    await release()
  }
}

function toRefusal(name: string, holder: Holder | undefined, file: string): WatcherError {
  const who = holder ? `process ${holder.pid}` : 'another process'
  return new WatcherError(
    'ALREADY_EXISTS',
    `a watcher named ${name} runs on this machine already, as ${who}: stop it, or give this one another name (${file})`,
  )
}
