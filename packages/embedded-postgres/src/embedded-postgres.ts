import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.js'
import { ensureCluster } from './cluster.js'
import { openDataDirectory, toDataDirectoryError } from './data-directory.js'
import { acquirePostmaster, type OwnedPostmaster } from './owned-postmaster.js'
import { toConnection } from './owner-lock.js'
import { findPostgresBinaries, linkLibraries } from './postgres-binaries.js'
import { findPostgresUser, type RootWay } from './postgres-user.js'
import { stopPostmaster } from './postmaster.js'
import { removeSocketDirectory } from './socket-directory.js'

/** A PostgreSQL of our own, on a directory, with this process as its owner. */
export interface EmbeddedPostgres {
  /** How to connect with pg. Stays the same when PostgreSQL is started again after a crash. */
  readonly connection: { host: string; port: number; user: string; database: string }
  /** Ends it (fast shutdown: open sessions are cut off) and waits until it is gone. Safe to call twice. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** The data directory of EPR: new, empty or made by EPR. INVALID_ARGUMENT if it is anything else. */
  directory: string
  /** Told of starts and adoptions (info), and of a PostgreSQL that is gone (error). */
  log: PostgresLog
  /** Settings of PostgreSQL on top of ours, for tests. @default none */
  settings?: Readonly<Record<string, string>>
  /** The ways to try when we are root, in order, for tests. @default ['user-namespace', 'other-user'] */
  rootWays?: readonly RootWay[]
}

export interface PostgresLog {
  info(o: object, m: string): void
  warn(o: object, m: string): void
  error(o: object, m: string): void
}

/**
 * PGSSLMODE, PGOPTIONS and the like are about another database, and pg reads them wherever a connection does not say.
 * https://www.postgresql.org/docs/current/libpq-envars.html
 */
function forgetPostgresVariables(): void {
  for (const name of Object.keys(process.env)) if (/^PG[A-Z]/.test(name)) delete process.env[name]
}

/**
 * Starts PostgreSQL on a directory, or adopts the one that a killed server has left running there. Takes the PG*
 * variables out of this process's environment.
 * UNAVAILABLE when another living process is its owner, or when it cannot run here.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  forgetPostgresVariables()
  const cluster = await prepareCluster(options)
  return supervise(cluster, options)
}

async function prepareCluster(options: EmbeddedPostgresOptions): Promise<Cluster> {
  const binaries = findPostgresBinaries()
  const directory = await openDataDirectory(options.directory, binaries.major)
  const env = await linkLibraries(binaries, directory.libraries).catch((error: unknown) => {
    throw toDataDirectoryError(error, directory.path)
  })
  const user = await findPostgresUser({
    binaries,
    env,
    directory: directory.path,
    rootWays: options.rootWays,
  })
  const cluster = { directory, binaries, user, env }
  await ensureCluster(cluster)
  return cluster
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000
/** After this long without a crash the next one is again the first. */
const STEADY_MS = 60_000

/** Keeps it running until `stop`. */
async function supervise(cluster: Cluster, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, settings = {} } = options
  const { path, data } = cluster.directory
  const stopping = new AbortController()
  const { signal } = stopping

  const acquire = async (socketDirectory?: string): Promise<OwnedPostmaster> => {
    const startedAt = Date.now()
    const acquired = await acquirePostmaster({ cluster, settings, log, signal, socketDirectory })
    const facts = { directory: path, pid: acquired.postmaster.pid, runsAs: cluster.user.way }
    const message = acquired.adopted ? 'adopted the running PostgreSQL' : 'PostgreSQL is running'
    log.info({ ...facts, ms: Date.now() - startedAt }, message)
    return acquired
  }

  const first = await acquire()
  const { socketDirectory } = first.postmaster
  /** Undefined while it is gone. */
  let owned: OwnedPostmaster | undefined = first

  async function keepRunning(): Promise<void> {
    let pauseMs = 0
    while (owned !== undefined) {
      const since = Date.now()
      await owned.session.lost
      if (signal.aborted) return
      owned = undefined
      log.error({ directory: path }, 'PostgreSQL is gone: starting it again')
      if (Date.now() - since > STEADY_MS) pauseMs = 0
      while (owned === undefined && !signal.aborted) {
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
        pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS)
        owned = await acquire(socketDirectory).catch((err: unknown) => {
          if (!signal.aborted) log.error({ directory: path, err }, 'PostgreSQL is still gone')
          return undefined
        })
      }
    }
  }
  const running = keepRunning()

  async function stop(): Promise<void> {
    stopping.abort()
    if (owned === undefined) await running
    if (owned !== undefined) {
      // The lock goes last, so that nobody adopts what is about to end.
      await stopPostmaster(owned.postmaster, data)
      await owned.session.client.end().catch(() => undefined)
    }
    await running
    await removeSocketDirectory(socketDirectory)
  }

  let stopped: Promise<void> | undefined
  return {
    connection: toConnection(first.postmaster),
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}
