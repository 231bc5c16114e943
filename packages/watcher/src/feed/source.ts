import { EprError } from '@epr/model'
import { createAbort, forwardAbort } from '../abort.js'
import { toDeadLetter } from '../dead-letter.js'
import type { Delivery, MessageSource, SourceRecord, Turn } from '../message-source.js'
import { toStateFile } from '../state-directory.js'
import { supervise } from '../supervisor.js'
import { type CursorStore, createCursorFile } from './cursor-store.js'
import { type CursorWindow, createCursorWindow } from './cursor-window.js'
import { createDeadLetterFile } from './dead-letter-file.js'
import type { RawEntry } from './entries.js'
import { type FeedAddress, readLatestCursor, streamFeed } from './stream.js'

/** Where the feed is, and where a watcher of it keeps what it must remember. */
export interface FeedSourceOptions {
  /** Of the registry, like `http://localhost:8042`. */
  url: string
  /**
   * Names the cursor and the dead letters of this watcher: one process at a time has a name. 1 to 200 letters, digits,
   * dots, dashes and underscores, no dot at first.
   */
  name: string
  /** Sent as `Authorization: Bearer`. */
  token?: string
  /** File of the cursor: how far all is done. @default `$XDG_STATE_HOME/epr/<name>.cursor` */
  cursorFile?: string
  /** Keeps the cursor in place of `cursorFile`. */
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

/** How many messages may be in work or wait for it: what comes again after a kill is at most these. */
const MAX_PENDING = 256
const SAVE_MS = 500

/** Said at once: what `fetch` says of such a URL looks like a server that is away. The text may be a secret. */
function assertUrl(url: string): void {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return
  throw new EprError('INVALID_ARGUMENT', 'feedSource needs a url like http://localhost:8042')
}

function toRecord(name: string, { cursor, time, ceId, text }: RawEntry): SourceRecord {
  return { id: ceId ?? `${name}/${cursor}`, value: text, origin: { feed: name, cursor, time } }
}

/** Remembers how far all is done, one write at a time and never backwards. */
function createSaver(store: CursorStore, window: CursorWindow) {
  let saved: string | undefined
  let saving: Promise<void> = Promise.resolve()
  async function save(): Promise<void> {
    const { done } = window
    if (done === undefined || done === saved) return
    await store.write(done)
    saved = done
  }
  return () => {
    saving = saving.catch(() => undefined).then(save)
    return saving
  }
}

/**
 * Messages from the registry's own feed: watching without Kafka.
 *
 * @throws EprError INVALID_ARGUMENT for a url that is none, and for a name that no file can have
 */
export function feedSource(options: FeedSourceOptions): MessageSource {
  const { name, onGone = 'reject' } = options
  assertUrl(options.url)
  const address: FeedAddress = { url: options.url, token: options.token, fetch: options.fetch }
  const store = options.store ?? createCursorFile(options.cursorFile ?? toStateFile(name, '.cursor'))
  const letters = createDeadLetterFile(options.deadLetterFile ?? toStateFile(name, '.dlt.ndjson'))

  async function findStart({ from, stop }: Delivery): Promise<string | undefined> {
    const known = from ?? (await store.read())
    if (known !== undefined || !options.fromLatest) return known
    const latest = await readLatestCursor(address, stop)
    // Kept at once: after a restart "the newest" would be another one.
    await store.write(latest)
    return latest
  }

  async function run(delivery: Delivery): Promise<void> {
    const { stop, events, log, accept } = delivery
    const window = createCursorWindow()
    const save = createSaver(store, window)
    /** Behind the last message that was given away; a session goes on from there, not from what is done. */
    let after: string | undefined
    let isStarted = false
    const working = new Set<Promise<unknown>>()

    async function deliver(entries: RawEntry[], turn: Turn): Promise<void> {
      for (const entry of entries) {
        await window.belowOrAborted(MAX_PENDING, turn.over)
        if (turn.over.aborted) return
        const settle = window.add(entry.cursor)
        after = entry.cursor
        const outcome = accept(toRecord(name, entry), turn)
        if (outcome === 'done') settle()
        else if (outcome !== 'abandoned') {
          const work = outcome.then((result) => {
            working.delete(work)
            if (result === 'done') settle()
          })
          working.add(work)
        }
      }
    }

    async function session(turn: Turn, onReady: () => void): Promise<void> {
      if (!isStarted) after = await findStart(delivery)
      isStarted = true
      const onOpen = () => {
        events.ready(true)
        onReady()
      }
      for await (const entries of streamFeed(address, after, turn.over, onOpen)) await deliver(entries, turn)
      if (!turn.over.aborted) throw new EprError('UNAVAILABLE', 'the registry ended the stream')
    }

    async function trySession(turn: Turn, onReady: () => void): Promise<void> {
      try {
        await session(turn, onReady)
      } catch (error) {
        if (turn.over.aborted) return
        if (!(error instanceof EprError) || error.code !== 'GONE' || onGone === 'reject') throw error
        log.warn(
          { after, reason: error.message },
          'messages were removed unread: goes on from the oldest kept',
        )
        after = undefined
        await trySession(turn, onReady)
      } finally {
        events.ready(false)
      }
    }

    const over = createAbort()
    const letGo = forwardAbort(stop, over)
    let failure: { error: unknown } | undefined
    const turn: Turn = {
      over: over.signal,
      abort: delivery.abort,
      fail(error) {
        failure ??= { error }
        over.abort(error)
      },
    }
    const timer = setInterval(() => void save().catch((error: unknown) => turn.fail(error)), SAVE_MS)
    const { giveUpAfterMs } = delivery
    try {
      await supervise({
        session: (onReady) => trySession(turn, onReady),
        ...{ stop: over.signal, giveUpAfterMs, onRestart: events.restarted, log },
      })
    } finally {
      over.abort()
      clearInterval(timer)
      await Promise.all(working)
      letGo()
      await save()
    }
    if (failure) throw failure.error
  }

  return {
    name,
    run,
    sendDeadLetter: (record, failure) => letters.append(toDeadLetter(record, failure, name)),
    close: async () => undefined,
  }
}
