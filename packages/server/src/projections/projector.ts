import { createSignal } from '../feed/signal.js'
import { type LeaderTask, pause } from '../leader/leadership.js'
import type { Database } from '../storage/database.js'
import {
  beginProjection,
  projectDeliveries,
  projectGroups,
  projectHistory,
  projectMessages,
} from '../storage/projections.js'
import { projectNextSbom, type ReadSbom } from '../storage/sboms.js'

/** Of commits, each of which may hold hundreds of messages. */
const BATCH_COMMITS = 100
/** Of events of before, or of artifacts. */
const BATCH_HISTORY = 500
/** Of events of before, or of names and environments to derive anew. */
const BATCH_DELIVERIES = 50
/** From one round to the next, at least: what comes meanwhile is taken at once. */
const INTERVAL_MS = 200
/** The most of its time that it works while there is much to do: recording comes first. */
const EVENTS_SHARE: Share = { idle: 0.4, busy: 0.08 }
/** One SBOM alone is up to a second's work, and the next must not wait ten times as long: a commit holds up nobody meanwhile. */
const SBOMS_SHARE: Share = { idle: 0.4, busy: 0.25 }
/** A part of the time, by how busy this server is. */
interface Share {
  idle: number
  busy: number
}

/** How much of this server's time is idle, and how much busy. */
const UTILIZATION = { idle: 0.3, busy: 0.7 }
/** How often it looks for messages that nobody has announced. */
const LOOK_INTERVAL_MS = 1_000
const FIRST_RETRY_MS = 1_000
const MAX_RETRY_MS = 30_000

export interface Projector {
  /** Keeps the projections for as long as this server leads. */
  task: LeaderTask
  /** Says that messages have got their cursors. */
  messagesSequenced(): void
}

export interface ProjectorOptions {
  /** Of two connections. */
  database: Database
  onError: (error: unknown) => void
  /** Called with an SBOM of which something cannot be read. */
  onBrokenSbom: (sbom: ReadSbom) => void
}

interface Work {
  /** @returns whether there is more to do */
  step: () => Promise<boolean>
  share: Share
}

/** The share of the time that a projector may work, by how busy this server has been since it was asked last. */
function createShare(share: Share): () => number {
  let last = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    const busy = (utilization - UTILIZATION.idle) / (UTILIZATION.busy - UTILIZATION.idle)
    return share.idle + Math.min(Math.max(busy, 0), 1) * (share.busy - share.idle)
  }
}

/**
 * What `work` gives, or undefined as soon as `abort` is aborted: whoever leads no longer must not wait for a database that is
 * silent. What is under way there is whole or nothing.
 */
async function unlessAborted<T>(work: Promise<T>, abort: AbortSignal): Promise<T | undefined> {
  const settled = new AbortController()
  const aborted = new Promise<undefined>((resolve) => {
    if (abort.aborted) resolve(undefined)
    abort.addEventListener('abort', () => resolve(undefined), { signal: settled.signal })
  })
  work.catch(() => undefined)
  return Promise.race([work, aborted]).finally(() => settled.abort())
}

/** Keeps what answers are read from, behind the commit, from the messages in the order of their cursors. */
export function createProjector({ database, onError, onBrokenSbom }: ProjectorOptions): Projector {
  const sequenced = createSignal()

  /** One step of each kind. @returns whether there is more to do */
  async function takeEvents(): Promise<boolean> {
    const commits = await projectMessages(database, BATCH_COMMITS)
    if (commits === undefined) return beginProjection(database)
    if (commits === BATCH_COMMITS) return true
    const history = await projectHistory(database, BATCH_HISTORY)
    if (history > 0 || (await projectGroups(database, BATCH_HISTORY)) > 0) return true
    return (await projectDeliveries(database, BATCH_DELIVERIES)) > 0
  }

  /** One SBOM: that takes as long as it is large, and nothing else waits for it. @returns whether there was one */
  async function readSbom(): Promise<boolean> {
    const sbom = await projectNextSbom(database)
    if (sbom && sbom.problem !== null) onBrokenSbom(sbom)
    return sbom !== undefined
  }

  async function workUntil({ step, share }: Work, abort: AbortSignal): Promise<void> {
    const shareNow = createShare(share)
    while (!abort.aborted) {
      const seen = sequenced.version
      const startedAt = performance.now()
      const isMore = await unlessAborted(step(), abort)
      if (isMore === undefined) return
      const tookMs = performance.now() - startedAt
      const pauseMs = tookMs / shareNow() - tookMs
      await pause(isMore ? pauseMs : Math.max(pauseMs, INTERVAL_MS), abort)
      if (isMore) continue
      await sequenced.changedSince(seen, abort, LOOK_INTERVAL_MS)
    }
  }

  /** It fails with nobody: those who record and those who publish go on. */
  async function keepWorking(work: Work, abort: AbortSignal): Promise<void> {
    let retryMs = FIRST_RETRY_MS
    while (!abort.aborted) {
      const startedAt = performance.now()
      await workUntil(work, abort).catch(async (error: unknown) => {
        if (abort.aborted) return
        onError(error)
        retryMs = performance.now() - startedAt > MAX_RETRY_MS ? FIRST_RETRY_MS : retryMs
        await pause(retryMs, abort)
        retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)
      })
    }
  }

  return {
    async task(abort) {
      await Promise.all([
        keepWorking({ step: takeEvents, share: EVENTS_SHARE }, abort),
        keepWorking({ step: readSbom, share: SBOMS_SHARE }, abort),
      ])
    },
    messagesSequenced: () => sequenced.raise(),
  }
}
