import { createSignal } from '../feed/signal.js'
import type { Database } from '../storage/database.js'
import { LEADER_APPLICATION } from '../storage/locks.js'
import { openSession, type Session } from '../storage/session.js'
import { ANSWER_LIMIT_MS, createLeadership, type LeaderTask } from './leadership.js'
import { createSequencer, SEQUENCED_CHANNEL } from './sequencer.js'

/** Sent after messages were committed, for a leader in another process. */
const WRITTEN_CHANNEL = 'epr_written'

export interface Leader {
  /** Says that this process has committed messages. */
  messagesWritten(): void
  readonly isLeading: boolean
  stop(): Promise<void>
}

export interface LeaderOptions {
  database: Database
  /** Called when messages have got their cursors, here or in another process. */
  onSequenced: () => void
  /** What else is listened to on its session, leading or not. */
  listeners?: Readonly<Record<string, () => void>>
  /** What the leader does besides sequencing. */
  tasks: readonly LeaderTask[]
  log: { info(fields: object, text: string): void; warn(fields: object, text: string): void }
}

/** Takes part in leading: sequences messages and does the tasks while this server leads, and listens while another does. */
export function startLeader({ database, onSequenced, listeners = {}, tasks, log }: LeaderOptions): Leader {
  const stopping = new AbortController()
  const written = createSignal()
  let announcing = false

  const heard: Readonly<Record<string, () => void>> = {
    ...listeners,
    [WRITTEN_CHANNEL]: () => written.raise(),
    [SEQUENCED_CHANNEL]: onSequenced,
  }

  async function openListening(): Promise<Session> {
    const session = await openSession({
      client: database.createClient(LEADER_APPLICATION),
      deadlineMs: ANSWER_LIMIT_MS,
      onNotification: (channel) => heard[channel]?.(),
    })
    try {
      for (const channel of Object.keys(heard)) await session.query(`listen ${channel}`)
    } catch (error) {
      await session.end().catch(() => undefined)
      throw error
    }
    // What was sequenced while nobody listened.
    onSequenced()
    return session
  }

  const sequence = createSequencer({ written, onSequenced })
  const leadership = createLeadership({ openSession: openListening, tasks: [sequence, ...tasks], log })

  /** One notification stands for all that was committed before it was sent. */
  async function announce(): Promise<void> {
    if (announcing) return
    announcing = true
    const seen = written.version
    await database.query(`select pg_notify('${WRITTEN_CHANNEL}', '')`).catch(() => undefined)
    announcing = false
    if (written.version !== seen && !leadership.isLeading && !stopping.signal.aborted) await announce()
  }

  const running = leadership.run(stopping.signal)
  return {
    messagesWritten() {
      written.raise()
      if (!leadership.isLeading) void announce()
    },
    get isLeading() {
      return leadership.isLeading
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
