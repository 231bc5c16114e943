import { setTimeout as delay } from 'node:timers/promises'
import { keepLease, LeaseLostError, readLease, takeLease } from '../storage/lease.js'
import type { Session } from '../storage/session.js'
import { createLeaseWatch } from './lease-watch.js'

/** How often one who does not lead looks whether another does. */
export const LOOK_MS = 1_000
/** How often the one who leads says that it lives. */
export const BEAT_MS = 1_000
/** How long the session's answers are waited for, before it is given up. */
export const ANSWER_LIMIT_MS = 4_000
const RECONNECT_DELAY_MS = 250

/** What the one leading server leads with. */
export interface Lead {
  session: Session
  /** Of the lease: what is written with an older one is refused. */
  token: string
}

/** What the one leading server does, until `abort` is aborted or it fails. */
export type LeaderTask = (abort: AbortSignal, lead: Lead) => Promise<void>

export interface LeadershipOptions {
  /** A session that listens already. */
  openSession: () => Promise<Session>
  tasks: readonly LeaderTask[]
  log: { info(fields: object, text: string): void; warn(fields: object, text: string): void }
}

export interface Leadership {
  readonly isLeading: boolean
  /** Asks for leadership, leads, and asks again when it is lost; until `stopping` is aborted. */
  run(stopping: AbortSignal): Promise<void>
}

/** Waits, unless `abort` is aborted. */
export const pause = (ms: number, abort: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal: abort }).catch(() => undefined)

/** Resolves with the token once the session has the lease, with undefined when `abort` is aborted first. */
async function awaitLease(session: Session, abort: AbortSignal): Promise<string | undefined> {
  const watch = createLeaseWatch()
  while (!abort.aborted) {
    const seen = await readLease(session)
    const token = watch.mayTake(seen, performance.now()) ? await takeLease(session, seen) : undefined
    if (token !== undefined) return token
    await pause(LOOK_MS, abort)
  }
  return undefined
}

/** Says again and again that this server lives. */
const beat: LeaderTask = async (abort, { session, token }) => {
  while (!abort.aborted) {
    await keepLease(session, token)
    await pause(BEAT_MS, abort)
  }
}

/** Runs the tasks side by side; when one ends, all end. @throws what the first of them threw */
async function runTasks(tasks: readonly LeaderTask[], lead: Lead, outer: AbortSignal): Promise<void> {
  const inner = new AbortController()
  const abort = AbortSignal.any([outer, inner.signal])
  const work = tasks.map((task) => task(abort, lead))
  await Promise.race(work)
    .finally(() => inner.abort())
    .catch(() => undefined)
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

/**
 * Of all servers on a database one leads: the one that has the lease. Another takes it over when the leader's session is
 * gone, or when it is silent, be it stopped or cut off; from then on the database refuses what the old one still writes.
 */
export function createLeadership({ openSession, tasks, log }: LeadershipOptions): Leadership {
  let leading = false

  async function leadOnce(stopping: AbortSignal): Promise<void> {
    const session = await openSession()
    const gone = new AbortController()
    void session.ended.then(() => gone.abort())
    const abort = AbortSignal.any([stopping, gone.signal])
    try {
      const token = await awaitLease(session, abort)
      if (token === undefined) return
      leading = true
      log.info({ token }, 'leading: this server numbers and publishes messages')
      await runTasks([beat, ...tasks], { session, token }, abort)
    } finally {
      leading = false
      await session.end().catch(() => undefined)
    }
  }

  return {
    get isLeading() {
      return leading
    },
    async run(stopping) {
      let announced = false
      while (!stopping.aborted) {
        try {
          await leadOnce(stopping)
          announced = false
        } catch (error) {
          if (error instanceof LeaseLostError) {
            log.info({}, 'another server leads: it numbers and publishes messages')
            continue
          }
          if (!announced)
            log.warn({ err: error }, 'lost the session that numbers messages; trying again until it is back')
          announced = true
          await pause(RECONNECT_DELAY_MS, stopping)
        }
      }
    },
  }
}
