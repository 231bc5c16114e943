import { setTimeout as delay } from 'node:timers/promises'
import { createSignal } from '../feed/signal.js'
import type { Database } from '../storage/database.js'
import { LEADER_LOCK } from '../storage/locks.js'
import { NUMBER_MESSAGES } from '../storage/outbox.js'
import { openSession, type Session } from '../storage/session.js'

/** Sent after messages were committed, for a leader in another process. */
const WRITTEN_CHANNEL = 'epr_written'
/** Sent after messages were numbered, for readers in other processes. */
const NUMBERED_CHANNEL = 'epr_numbered'

/** Of commits, each of which may have told hundreds of messages. */
const NUMBERING_BATCH = 200
/** From one numbering to the next, at least: each is a commit, which those of the events wait for. */
const NUMBERING_INTERVAL_MS = 10
/** The most of its time that the leader numbers while there is much to number: watchers wait, events do not. */
const NUMBERING_SHARE = 0.1
const MAX_NUMBERING_PAUSE_MS = 100

const pauseAfter = (tookMs: number): number =>
  Math.max(NUMBERING_INTERVAL_MS, tookMs / NUMBERING_SHARE) - tookMs
/** How often one who is not the leader asks for the lock, and the leader looks for messages nobody told it of. */
const LOOK_INTERVAL_MS = 1_000
const RECONNECT_DELAY_MS = 250

const NUMBER_AND_TELL = {
  name: 'number_messages',
  text: `with numbered as (${NUMBER_MESSAGES})
         select count(*)::int as numbered, case when count(*) > 0 then pg_notify('${NUMBERED_CHANNEL}', '') end
         from numbered`,
}

async function pause(ms: number, abort: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal: abort }).catch(() => undefined)
}

/** What the one leading server does besides numbering, until `abort` is aborted or it fails. */
export type LeaderTask = (abort: AbortSignal) => Promise<void>

export interface Leader {
  /** Tells that this process has committed messages. */
  messagesWritten(): void
  readonly isLeading: boolean
  stop(): Promise<void>
}

export interface LeaderOptions {
  database: Database
  /** Called when messages have got their cursors, here or in another process. */
  onNumbered: () => void
  tasks: LeaderTask[]
  log: { info(fields: object, text: string): void; warn(fields: object, text: string): void }
}

/**
 * Of all servers on a database one leads: the one whose session holds the leader lock. It alone gives messages
 * their cursors, after their commit, so that a reader who has passed a cursor never misses one before it
 * (sequence order is not commit order). When its session ends, so do its lock and all it was doing on it.
 */
export function startLeader(options: LeaderOptions): Leader {
  const { database, log } = options
  const stopping = new AbortController()
  const written = createSignal()
  let leading = false
  let announcing = false

  async function number(session: Session): Promise<void> {
    for (;;) {
      const [row] = await session.query<{ numbered: number }>(NUMBER_AND_TELL, [NUMBERING_BATCH])
      const numbered = row?.numbered ?? 0
      if (numbered > 0) options.onNumbered()
      if (numbered < NUMBERING_BATCH) return
    }
  }

  async function lead(session: Session, abort: AbortSignal): Promise<void> {
    while (!abort.aborted) {
      const seen = written.version
      const startedAt = performance.now()
      await number(session)
      const took = performance.now() - startedAt
      await pause(Math.min(pauseAfter(took), MAX_NUMBERING_PAUSE_MS), abort)
      if (written.version !== seen) continue
      const timeout = AbortSignal.any([abort, AbortSignal.timeout(LOOK_INTERVAL_MS)])
      await written.changedSince(seen, timeout)
    }
    // Whatever was committed before the stop is still numbered.
    if (stopping.signal.aborted) await number(session)
  }

  async function awaitLeadership(session: Session, abort: AbortSignal): Promise<boolean> {
    while (!abort.aborted) {
      const [row] = await session.query<{ locked: boolean }>(
        'select pg_try_advisory_lock($1, $2) as locked',
        [...LEADER_LOCK],
      )
      if (row?.locked) return true
      await pause(LOOK_INTERVAL_MS, abort)
    }
    return false
  }

  /** Runs the numbering and the tasks side by side; when one ends, all end. */
  async function leadWithTasks(session: Session, outer: AbortSignal): Promise<void> {
    const inner = new AbortController()
    const abort = AbortSignal.any([outer, inner.signal])
    leading = true
    log.info({}, 'leading: this server numbers and publishes messages')
    const work = [lead(session, abort), ...options.tasks.map((task) => task(abort))]
    await Promise.race(work)
      .finally(() => inner.abort())
      .catch(() => undefined)
    const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected')
    leading = false
    if (failed) throw failed.reason
  }

  async function runSession(): Promise<void> {
    const session = await openSession({
      client: database.createClient('epr-server leader'),
      onNotification: (channel) => (channel === WRITTEN_CHANNEL ? written.raise() : options.onNumbered()),
    })
    const gone = new AbortController()
    void session.ended.then(() => gone.abort())
    const abort = AbortSignal.any([stopping.signal, gone.signal])
    try {
      await session.query(`listen ${WRITTEN_CHANNEL}`)
      await session.query(`listen ${NUMBERED_CHANNEL}`)
      // What was numbered while nobody listened.
      options.onNumbered()
      if (await awaitLeadership(session, abort)) await leadWithTasks(session, abort)
    } finally {
      await session.end().catch(() => undefined)
    }
  }

  async function run(): Promise<void> {
    let announced = false
    while (!stopping.signal.aborted) {
      try {
        await runSession()
        announced = false
      } catch (error) {
        if (!announced)
          log.warn({ err: error }, 'lost the session that numbers messages; trying again until it is back')
        announced = true
        await pause(RECONNECT_DELAY_MS, stopping.signal)
      }
    }
  }

  /** One notification tells of all that was committed before it was sent. */
  async function announce(): Promise<void> {
    if (announcing) return
    announcing = true
    const seen = written.version
    await database.query(`select pg_notify('${WRITTEN_CHANNEL}', '')`).catch(() => undefined)
    announcing = false
    if (written.version !== seen && !leading && !stopping.signal.aborted) await announce()
  }

  const running = run()
  return {
    messagesWritten() {
      written.raise()
      if (!leading) void announce()
    },
    get isLeading() {
      return leading
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
