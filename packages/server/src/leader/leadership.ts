import { setTimeout as delay } from 'node:timers/promises'
import { LEADER_LOCK } from '../storage/locks.js'
import type { Session } from '../storage/session.js'

/** How often one who does not lead asks for the lock. */
const ASK_INTERVAL_MS = 1_000
const RECONNECT_DELAY_MS = 250

/** What the one leading server does, until `abort` is aborted or it fails. The session holds the leader lock. */
export type LeaderTask = (abort: AbortSignal, session: Session) => Promise<void>

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

const pause = (ms: number, abort: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal: abort }).catch(() => undefined)

/** Resolves with true once the session holds the lock, with false when `abort` is aborted first. */
async function awaitLock(session: Session, abort: AbortSignal): Promise<boolean> {
  while (!abort.aborted) {
    const [row] = await session.query<{ locked: boolean }>(
      'select pg_try_advisory_lock($1::int, $2::int) as locked',
      [...LEADER_LOCK],
    )
    if (row?.locked) return true
    await pause(ASK_INTERVAL_MS, abort)
  }
  return false
}

/** Runs the tasks side by side; when one ends, all end. @throws what the first of them threw */
async function runTasks(tasks: readonly LeaderTask[], session: Session, outer: AbortSignal): Promise<void> {
  const inner = new AbortController()
  const abort = AbortSignal.any([outer, inner.signal])
  const work = tasks.map((task) => task(abort, session))
  await Promise.race(work)
    .finally(() => inner.abort())
    .catch(() => undefined)
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

/**
 * Of all servers on a database one leads: the one whose session holds the leader lock. When its session ends, so do its
 * lock and all it was doing on it.
 */
export function createLeadership({ openSession, tasks, log }: LeadershipOptions): Leadership {
  let leading = false

  async function leadOnce(stopping: AbortSignal): Promise<void> {
    const session = await openSession()
    const gone = new AbortController()
    void session.ended.then(() => gone.abort())
    const abort = AbortSignal.any([stopping, gone.signal])
    try {
      if (!(await awaitLock(session, abort))) return
      leading = true
      log.info({}, 'leading: this server numbers and publishes messages')
      await runTasks(tasks, session, abort)
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
          if (!announced)
            log.warn({ err: error }, 'lost the session that numbers messages; trying again until it is back')
          announced = true
          await pause(RECONNECT_DELAY_MS, stopping)
        }
      }
    },
  }
}
