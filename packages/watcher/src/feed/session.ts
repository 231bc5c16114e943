import { ApiError, type Messages, type RawEntry } from '@epr/client'
import { EprError } from '@epr/model'
import { createAbort, whenAborted } from '../abort.js'
import type { Delivery, Lease } from '../message-source.js'
import type { SourceRecord } from '../source-record.js'
import { type CursorStore, createCursorSaver } from './cursor-store.js'
import { createCursorWindow } from './cursor-window.js'

export interface FeedSessionOptions {
  messages: Messages
  /** Of the registry, without a login. */
  url: string
  name: string
  store: CursorStore
  fromLatest: boolean
  onGone: 'reject' | 'oldest'
  delivery: Pick<Delivery, 'process' | 'stop' | 'abort' | 'from' | 'events' | 'log'>
}

/** What one run of a watcher holds over all its connections to the feed. */
export interface FeedSession {
  /** Aborted when no further connection is to be made: at the stop, and when a record could not be kept. */
  readonly draining: AbortSignal
  /** One connection, from behind the last message that was handed on. Only a draining session lets it end well. */
  connect(onReady: () => void): Promise<void>
  /** Remembers how far all is done. A session that cannot do that fails. */
  save(): Promise<void>
  /** Resolves once nothing runs any more and all that is done is remembered. @throws what has made the session fail */
  end(): Promise<void>
}

/** How many messages may be in work or wait for it: what comes again after a kill is at most these. */
const MAX_PENDING = 256

export function createFeedSession(options: FeedSessionOptions): FeedSession {
  const { messages, name, store, delivery } = options
  const { process, events } = delivery
  const window = createCursorWindow()
  const save = createCursorSaver(store, window)
  const { lease, drain, failed } = createLease(delivery)
  const { draining } = lease
  const working = new Set<Promise<unknown>>()
  /** Behind the last message that was handed on: a connection goes on from there, not from what is done. */
  let place: { after: string | undefined } | undefined
  let isSaid = false

  /** Once: a watcher that waits for its first message looks like one that hangs. */
  function sayWhere(): void {
    if (isSaid) return
    isSaid = true
    const after = place?.after ?? 'the oldest kept'
    delivery.log.info({ name, after }, `watching the feed of ${options.url}`)
  }

  async function hand(entry: RawEntry): Promise<void> {
    await window.belowOrAborted(MAX_PENDING, draining)
    if (draining.aborted) return
    const settle = window.add(entry.cursor)
    place = { after: entry.cursor }
    events.cursor?.(entry.cursor)
    const outcome = process(toRecord(name, entry), lease)
    if (outcome === 'done') return settle()
    if (outcome === 'abandoned') return
    const work = outcome.then((result) => {
      working.delete(work)
      if (result === 'done') settle()
    })
    working.add(work)
  }

  async function read(onReady: () => void): Promise<void> {
    place ??= { after: await findStart(options) }
    for await (const { entries } of messages.connect({ ...place, signal: draining })) {
      // The first batch, which is empty, says that the connection stands.
      events.ready(true)
      sayWhere()
      onReady()
      for (const entry of entries) await hand(entry)
    }
    if (!draining.aborted) throw new EprError('UNAVAILABLE', 'the registry ended the stream')
  }

  async function connect(onReady: () => void): Promise<void> {
    try {
      await read(onReady)
    } catch (error) {
      if (draining.aborted) return
      if (!(error instanceof ApiError) || error.code !== 'GONE' || options.onGone === 'reject') throw error
      const fields = { after: place?.after, reason: error.message }
      delivery.log.warn(fields, 'messages were removed unread: goes on from the oldest kept')
      place = { after: undefined }
      await connect(onReady)
    } finally {
      events.ready(false)
    }
  }

  return {
    draining,
    connect,
    save: () => save().catch(lease.fail),
    async end() {
      drain()
      await Promise.all(working)
      await save()
      failed()
    },
  }
}

/** The lease of all messages of a session. @returns it, what drains it, and what throws the error that it failed with */
function createLease({ stop, abort }: FeedSessionOptions['delivery']) {
  const draining = createAbort()
  const letGo = whenAborted(stop, () => draining.abort())
  let failure: { error: unknown } | undefined
  const lease: Lease = {
    draining: draining.signal,
    revoked: abort,
    fail(error) {
      failure ??= { error }
      draining.abort()
    },
  }
  return {
    lease,
    drain() {
      letGo()
      draining.abort()
    },
    failed() {
      if (failure) throw failure.error
    },
  }
}

async function findStart({ messages, store, fromLatest, delivery }: FeedSessionOptions) {
  const known = delivery.from ?? (await store.read())
  if (known !== undefined || !fromLatest) return known
  const { next } = await messages.list({ after: 'latest', limit: 1, signal: delivery.stop })
  // Kept at once: after a restart "the newest" would be another one.
  await store.write(next)
  return next
}

function toRecord(name: string, { cursor, time = '', ce_id, gate, actor, text }: RawEntry): SourceRecord {
  return { id: ce_id ?? `${name}/${cursor}`, gate, actor, value: text, origin: { feed: name, cursor, time } }
}
