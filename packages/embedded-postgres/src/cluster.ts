import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lchown, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EprError } from '@epr/model'
import { type DataDirectory, toDataDirectoryError } from './data-directory.js'
import type { PostgresBinaries } from './postgres-binaries.js'
import type { PostgresUser } from './postgres-user.js'
import { isAlive } from './process-alive.js'
import { lastFailure, runCommand } from './run-command.js'

/** All that is needed to run PostgreSQL on a data directory. */
export interface Cluster {
  readonly directory: DataDirectory
  readonly binaries: PostgresBinaries
  readonly user: PostgresUser
  readonly env: Record<string, string>
}

/** `pg.init-<pid of the maker>-<random>`: where initdb works, until the rename to `pg`. */
const UNFINISHED = /^pg\.init-(\d+)-/
/** Those of this process, which are not leftovers of an earlier one with the same pid. */
const inProgress = new Set<string>()
/** It takes 0.7 s on a laptop, and syncs 40 MB. */
const INITDB_TIMEOUT_MS = 300_000

/** Makes the database cluster unless it is there: whole, or not at all. */
export async function ensureCluster(cluster: Cluster): Promise<void> {
  const { directory } = cluster
  await removeUnfinished(directory.path)
  if (existsSync(directory.data)) return
  const name = `pg.init-${process.pid}-${randomBytes(4).toString('hex')}`
  const unfinished = join(directory.path, name)
  inProgress.add(name)
  try {
    await initialize(cluster, unfinished)
    await moveIntoPlace(unfinished, directory)
  } finally {
    await rm(unfinished, { recursive: true, force: true, maxRetries: 5 })
    inProgress.delete(name)
  }
}

/** Leftovers of processes that were killed in the middle of it. */
async function removeUnfinished(path: string): Promise<void> {
  for (const entry of await readdir(path)) {
    const maker = Number(UNFINISHED.exec(entry)?.[1] ?? Number.NaN)
    if (Number.isNaN(maker) || inProgress.has(entry)) continue
    if (maker !== process.pid && isAlive(maker)) continue
    // An initdb that has not noticed yet that it is alone may still write: then the next start removes it.
    await rm(join(path, entry), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
  }
}

async function initialize({ directory, binaries, user, env }: Cluster, into: string): Promise<void> {
  // No password: the socket is in a directory that only its owner may enter.
  const settings = ['-E', 'UTF8', '--locale=C', '-U', 'postgres', '-A', 'trust', '--no-instructions']
  const command = user.wrap([binaries.initdb, '-D', into, ...settings])
  const { code, output } = await runCommand(command, { env, timeoutMs: INITDB_TIMEOUT_MS })
  if (code === 0) return
  throw new EprError(
    'UNAVAILABLE',
    `no database could be made in ${directory.path} (initdb: ${lastFailure(output) ?? code}): ${advice(output)}`,
  )
}

/** What to do about a failure of a PostgreSQL program. */
export function advice(output: string): string {
  if (/No space left|quota exceeded/i.test(output)) return 'the disk is full: free some space'
  return 'correct that, or use --db postgres://…'
}

async function moveIntoPlace(unfinished: string, directory: DataDirectory): Promise<void> {
  try {
    await rename(unfinished, directory.data)
    await syncDirectory(directory.path)
  } catch (error) {
    // Another process was faster, and its cluster is as good.
    if (!existsSync(join(directory.data, 'PG_VERSION'))) throw toDataDirectoryError(error, directory.path)
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Gives the data to the user that PostgreSQL runs as: the way to run it as root may be another one
 * than last time. Only while nothing runs on it.
 */
export async function fixOwnership({ directory, user }: Cluster): Promise<void> {
  if ((await stat(directory.data)).uid === user.ownerId) return
  try {
    const entries = await readdir(directory.data, { recursive: true })
    for (const entry of entries) await lchown(join(directory.data, entry), user.ownerId, -1)
    // Last, because it is what says that all is done.
    await lchown(directory.data, user.ownerId, -1)
  } catch (error) {
    throw toDataDirectoryError(error, directory.path)
  }
}
