import { createClient, type TokenSource } from '@epr/client'
import { environmentDispatcher } from '@epr/client/node'
import type { Delivery, MessageSource } from '../message-source.js'
import { toStateFile } from '../state-directory.js'
import { supervise } from '../supervisor.js'
import { type CursorStore, createCursorFile } from './cursor-store.js'
import { createDeadLetterFile } from './dead-letter-file.js'
import { takeLock } from './lock-file.js'
import { createFeedSession } from './session.js'

/** Where the feed is, and where a watcher of it keeps what it must remember. */
export interface FeedSourceOptions {
  /** Of the registry, like `http://localhost:8042`. */
  url: string
  /**
   * Names the cursor and the dead letters of this watcher: one process at a time has a name. 1 to 200 letters, digits,
   * dots, dashes and underscores, no dot at first.
   */
  name: string
  /** Sent as `Authorization: Bearer`; `tokenFile` of `@epr/client/node` gives one that changes. */
  token?: string | TokenSource | undefined
  /**
   * File of the cursor: how far all is done. A lock stands beside it, `.lock`: a second watcher on the same machine is refused
   * with ALREADY_EXISTS. @default `$XDG_STATE_HOME/epr/<name>.cursor`
   */
  cursorFile?: string
  /** Keeps the cursor in place of `cursorFile`, without a lock. */
  store?: CursorStore
  /** File of the dead letters, one JSON object on a line. @default `$XDG_STATE_HOME/epr/<name>.dlt.ndjson` */
  deadLetterFile?: string
  /** Where a watcher starts that has no cursor: at the newest message, not at the oldest kept. @default false */
  fromLatest?: boolean
  /**
   * When messages have been removed before this watcher has seen them: `reject` ends it with GONE, so that somebody
   * decides; `oldest` goes on from the oldest kept, with a warning. @default reject
   */
  onGone?: 'reject' | 'oldest'
  /** @default the global one */
  fetch?: typeof globalThis.fetch
}

const SAVE_MS = 500
const CONNECT_TIMEOUT_MS = 15_000

/** For a log: who may come in is nobody's business there. */
function withoutLogin(url: string): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href.replace(/\/$/, '')
}

/**
 * Messages from the registry's own feed: watching without Kafka.
 *
 * @throws EprError INVALID_ARGUMENT for an invalid URL or token, and for a name that no file can have
 */
export function feedSource(options: FeedSourceOptions): MessageSource {
  const { url, name, token, fetch, store, fromLatest = false, onGone = 'reject' } = options
  // Without retries of the client's own: the supervisor has one way to begin anew, for everything.
  const connect = (dispatcher?: object) =>
    createClient({ url, token, fetch, retry: false, timeoutMs: CONNECT_TIMEOUT_MS, dispatcher })
  // What is wrong with it is said here, and not when it runs.
  connect()
  const cursorFile = options.cursorFile ?? toStateFile(name, '.cursor')
  const letters = createDeadLetterFile(options.deadLetterFile ?? toStateFile(name, '.dlt.ndjson'))

  /** A fetch of somebody's own goes its own way. */
  const registry = async () => connect(fetch ? undefined : await environmentDispatcher(url, process.env))

  async function run(delivery: Delivery, cursors: CursorStore): Promise<void> {
    const { messages } = await registry()
    const session = createFeedSession({
      messages,
      url: withoutLogin(url),
      name,
      store: cursors,
      fromLatest,
      onGone,
      delivery,
    })
    const timer = setInterval(() => void session.save(), SAVE_MS)
    const { events, giveUpAfterMs, log } = delivery
    try {
      await supervise({
        session: session.connect,
        stop: session.draining,
        giveUpAfterMs,
        onRestart: events.restarted,
        log,
      })
    } finally {
      clearInterval(timer)
      await session.end()
    }
  }

  return {
    name,
    kind: 'feed',
    registry,
    async run(delivery) {
      if (store) return run(delivery, store)
      const unlock = await takeLock(`${cursorFile}.lock`, name)
      await run(delivery, createCursorFile(cursorFile)).finally(unlock)
    },
    sendDeadLetter: letters.append,
    close: async () => undefined,
  }
}
