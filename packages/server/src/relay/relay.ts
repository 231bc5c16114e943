import { setTimeout as delay } from 'node:timers/promises'
import { shorten } from '@epr/model'
import { toOutgoingMessage } from '../feed/outgoing-message.js'
import { createSignal, type Signal } from '../feed/signal.js'
import type { LeaderTask } from '../leader/leadership.js'
import type { Database } from '../storage/database.js'
import type { Definitions } from '../storage/definition-cache.js'
import { selectMessages } from '../storage/messages.js'
import { markPublished, openRelay, selectRelayProgress } from '../storage/relays.js'
import { createBatchPublisher } from './batches.js'
import { createOutageLog } from './outage-log.js'
import type { ConnectPublisher, Publisher } from './publisher.js'
import { type MessageRecords, toRecords } from './record.js'

const READ_LIMIT = 500
/** Reading ends early once its messages reach this size. */
const MAX_READ_BYTES = 8 * 1024 * 1024
const FIRST_RETRY_MS = 100
const MAX_RETRY_MS = 5_000
/** How long a stop waits for a batch under way, so that it need not be sent again. */
const STOP_GRACE_MS = 2_000
/** What is kept of an error's text. */
const MAX_ERROR_CHARS = 500

/** `standby`: another server leads and publishes. */
export const RELAY_STATES = ['standby', 'connecting', 'publishing', 'waiting for the broker'] as const
export type RelayState = (typeof RELAY_STATES)[number]

export interface RelayStatus {
  state: RelayState
  topic: string
  /** Messages up to it are on the topic, whichever server put them there. */
  published_cursor: string
  /** About how many messages are not yet on the topic. */
  lag: number
  /** What this process has published since it started, and how of it. */
  published: number
  /** Published with a reference in place of what the broker does not take. */
  references: number
  /** Left out, because the broker takes not even the reference. */
  skipped: number
}

/** A failure of publishing, for whoever runs the server: its text may name brokers. */
export interface RelayError {
  /** RFC 3339. */
  time: string
  message: string
}

export interface Relay {
  /** Publishes for as long as this server leads. */
  task: LeaderTask
  /** Tells that messages have got their cursors. */
  messagesSequenced(): void
  readonly state: RelayState
  /** What publishing failed with last; undefined when it did not. */
  readonly lastError: RelayError | undefined
  status(): Promise<RelayStatus>
}

/** Messages that stand one after another in the feed. */
interface Page {
  records: MessageRecords[]
  /** How much had been numbered when it was read. */
  seen: number
  /** The cursor of its last message, or where it was looked for. */
  end: string
}

export interface RelayOptions {
  database: Database
  definitions: Definitions
  topic: string
  /** Path of the API, for references to what a broker does not take. */
  apiPrefix: string
  connect: ConnectPublisher
  log: {
    info(fields: object, text: string): void
    warn(fields: object, text: string): void
    error(fields: object, text: string): void
  }
}

function logSkipped({ topic, log }: RelayOptions, { cursor, whole }: MessageRecords): void {
  log.error(
    { topic, cursor, ce_id: whole.headers.ce_id },
    'the broker takes not even a reference to this message: left it out of the topic; the feed has it',
  )
}

/** Closes a publisher some time after `abort` is aborted, unless that is forgotten. */
function closeAfterGrace(publisher: Publisher, abort: AbortSignal): () => void {
  let grace: NodeJS.Timeout | undefined
  const closeSoon = () => {
    grace = setTimeout(() => void publisher.close(), STOP_GRACE_MS)
  }
  abort.addEventListener('abort', closeSoon, { once: true })
  return () => {
    abort.removeEventListener('abort', closeSoon)
    clearTimeout(grace)
  }
}

/** Reads the messages behind a cursor, ready to be published. */
function createReader({ database, definitions, apiPrefix }: RelayOptions, sequenced: Signal) {
  return async function read(after: string): Promise<Page> {
    const seen = sequenced.version
    const { messages } = await selectMessages(database, { after, limit: READ_LIMIT })
    const records: MessageRecords[] = []
    let bytes = 0
    // The database counts payloads only: a large schema stands in the message of every event of its receiver.
    for (const stored of messages) {
      if (bytes > MAX_READ_BYTES) break
      const record = toRecords(await toOutgoingMessage(stored, definitions), apiPrefix)
      bytes += record.whole.value.length
      records.push(record)
    }
    return { records, seen, end: records.at(-1)?.cursor ?? after }
  }
}

/**
 * Puts the messages on the topic in the order of their cursors, each at least once. A batch is marked as published
 * only after the broker has it: whatever fails in between, the next try, here or on another server, begins with
 * that batch again. The server serves meanwhile; messages wait in the database for as long as it takes.
 */
export function createRelay(options: RelayOptions): Relay {
  const { database, topic, connect, log } = options
  const sequenced = createSignal()
  const read = createReader(options, sequenced)
  const outages = createOutageLog(topic, log)
  const batches = createBatchPublisher((message) => logSkipped(options, message))
  let state: RelayState = 'standby'
  let lastError: RelayError | undefined

  function working(): void {
    outages.over()
    state = 'publishing'
  }

  async function publishPage({ records }: Page, publisher: Publisher, abort: AbortSignal): Promise<void> {
    for (const batch of batches.toBatches(records)) {
      if (abort.aborted) return
      await batches.publish(publisher, batch)
      const last = batch.at(-1)
      if (last) await markPublished(database, topic, last.cursor)
      working()
    }
  }

  async function publishFrom(start: string, publisher: Publisher, abort: AbortSignal): Promise<void> {
    let page = await read(start)
    while (!abort.aborted) {
      if (page.records.length === 0) {
        working()
        await sequenced.changedSince(page.seen, abort)
        page = await read(page.end)
        continue
      }
      // The next page is read while the broker has this one.
      const next = read(page.end)
      next.catch(() => undefined)
      await publishPage(page, publisher, abort)
      page = await next
    }
  }

  /** Publishes over one connection until it fails. */
  async function publishOnce(abort: AbortSignal): Promise<void> {
    const start = await openRelay(database, topic)
    const publisher = await connect(abort)
    const forget = closeAfterGrace(publisher, abort)
    try {
      await publishFrom(start, publisher, abort)
    } finally {
      forget()
      await publisher.close()
    }
  }

  async function task(abort: AbortSignal): Promise<void> {
    state = 'connecting'
    while (!abort.aborted) {
      await publishOnce(abort).catch(async (error: unknown) => {
        if (abort.aborted) return
        state = 'waiting for the broker'
        const retryMs = Math.min(FIRST_RETRY_MS * 2 ** outages.count, MAX_RETRY_MS)
        outages.happened(error)
        const message = shorten(error instanceof Error ? error.message : String(error), MAX_ERROR_CHARS)
        lastError = { time: new Date().toISOString(), message }
        await delay(retryMs, undefined, { signal: abort }).catch(() => undefined)
      })
    }
    state = 'standby'
  }

  return {
    task,
    messagesSequenced: () => sequenced.raise(),
    get state() {
      return state
    },
    get lastError() {
      return lastError
    },
    async status() {
      const { cursor, lag } = await selectRelayProgress(database, topic)
      return { state, topic, published_cursor: cursor, lag, ...batches.counts }
    },
  }
}
