import { setTimeout as sleep } from 'node:timers/promises'
import { EprError } from '@epr/model'
import type { Cluster } from './cluster.js'
import { connectAsOwner, type OwnerSession, takeOwnership } from './owner-lock.js'
import { findPostmaster, type Postmaster, stopPostmaster } from './postmaster.js'
import { type Launch, launchPostmaster } from './postmaster-launch.js'
import { makeSocketDirectory, removeSocketDirectory } from './socket-directory.js'

/** A ready PostgreSQL, and the session that makes this process its owner. */
export interface OwnedPostmaster {
  readonly postmaster: Postmaster
  readonly session: OwnerSession
  /** It was running already, left by a process that is dead. */
  readonly adopted: boolean
}

export interface AcquireOptions {
  readonly cluster: Cluster
  readonly settings: Readonly<Record<string, string>>
  /** Where the socket must be; @default a new directory, or that of the living postmaster */
  readonly socketDirectory?: string | undefined
  readonly signal: AbortSignal
  readonly log: { info(o: object, m: string): void }
}

const POLL_MS = 20
/** How long it may say nothing at all. */
const SILENCE_MS = 30_000
/** How long it may say that it is not ready: after a crash it reads its log again. */
const RECOVERY_MS = 300_000

/**
 * Becomes the owner of the PostgreSQL of a data directory: of the one that runs on it, else of a new one.
 * What it started and did not come to own, it ends again, unless another process owns that.
 */
export async function acquirePostmaster(options: AcquireOptions): Promise<OwnedPostmaster> {
  const { cluster, socketDirectory: wanted } = options
  const made = wanted === undefined ? await makeSocketDirectory(cluster.directory.path) : undefined
  const started: { launch?: Launch } = {}
  try {
    const owned = await acquire(options, started, wanted ?? made ?? '')
    if (made !== undefined && owned.postmaster.socketDirectory !== made) await removeSocketDirectory(made)
    return owned
  } catch (error) {
    // A living process owns what we started: it was faster by the time of one connection.
    if (!(error instanceof OwnedElsewhere)) await started.launch?.stop()
    const living = await findPostmaster(cluster.directory.data)
    if (made !== undefined && living?.socketDirectory !== made) await removeSocketDirectory(made)
    throw error
  }
}

async function acquire(
  options: AcquireOptions,
  started: { launch?: Launch },
  socketDirectory: string,
): Promise<OwnedPostmaster> {
  const { cluster, settings, signal } = options
  const { data, path } = cluster.directory
  const patience = startPatience(options)
  for (;;) {
    signal.throwIfAborted()
    const living = await findPostmaster(data)
    if (living !== undefined) {
      const session = living.socketDirectory === '' ? undefined : await tryConnect(living, patience)
      if (session !== undefined && (await becomeOwner(session, options))) {
        if (living.socketDirectory === socketDirectory || options.socketDirectory === undefined) {
          return { postmaster: living, session, adopted: living.pid !== started.launch?.pid }
        }
        // Somebody had it meanwhile and is dead: put it back where our connections look for it.
        await stopPostmaster(living, data)
        await removeSocketDirectory(living.socketDirectory)
      }
    } else if (started.launch === undefined) {
      started.launch = await launchPostmaster(cluster, socketDirectory, settings)
    } else if (!started.launch.isRunning()) {
      const failure = await started.launch.explainExit()
      if (failure !== undefined) throw failure
      delete started.launch
      patience.note('another process is using the data, maybe in another container')
      await sleep(100, undefined, { signal })
    }
    patience.check(path, living)
    await sleep(POLL_MS, undefined, { signal })
  }
}

/** Refused because a living process is the owner. */
class OwnedElsewhere extends EprError {}

/** False when the session was lost in between, so that all is to be looked at again. */
async function becomeOwner(session: OwnerSession, { cluster, signal }: AcquireOptions): Promise<boolean> {
  try {
    const ownership = await takeOwnership(session, signal)
    if (ownership.owned) return true
    const { holderPid } = ownership
    const holder = holderPid === process.pid ? 'this process' : `epr-server (pid ${holderPid ?? 'unknown'})`
    throw new OwnedElsewhere(
      'UNAVAILABLE',
      `the data directory ${cluster.directory.path} is in use by ${holder}: stop that first, or use another directory with --db`,
    )
  } catch (error) {
    await session.client.end().catch(() => undefined)
    if (error instanceof EprError || signal.aborted) throw error
    return false
  }
}

/** Undefined when it is not ready yet. */
async function tryConnect(postmaster: Postmaster, patience: Patience): Promise<OwnerSession | undefined> {
  try {
    return await connectAsOwner(postmaster)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    // cannot_connect_now (PostgreSQL documentation, Appendix A): it starts up, recovers or shuts down.
    if (code === '57P03') patience.note(message, RECOVERY_MS)
    else patience.note(message)
    return undefined
  }
}

interface Patience {
  /** Remembers what it says, and that it may go on saying that for `forMs`. */
  note(message: string, forMs?: number): void
  /** Throws when it is over. */
  check(path: string, living: Postmaster | undefined): void
}

function startPatience({ log }: AcquireOptions): Patience {
  const startedAt = Date.now()
  let time = startedAt
  let limitMs = SILENCE_MS
  let said = 'no answer'
  return {
    note(message, forMs = SILENCE_MS) {
      said = message
      limitMs = Math.max(limitMs, forMs)
    },
    check(path, living) {
      const now = Date.now()
      if (now - time > 5_000) {
        time = now
        log.info(
          { directory: path, seconds: Math.round((now - startedAt) / 1000), said },
          'waiting for PostgreSQL',
        )
      }
      if (now - startedAt < limitMs) return
      const action =
        living === undefined ? 'find the process that uses it' : `end it with kill -INT ${living.pid}`
      throw new EprError(
        'UNAVAILABLE',
        `PostgreSQL on ${path} is not ready after ${limitMs / 1000} s (${said}): ${action}, and start epr-server again`,
      )
    },
  }
}
