import type { MessageSummary } from '@epr/client'
import { SERVER_URL } from '../api.js'
import { isBehind } from '../cursor.js'
import { session } from '../session.js'
import { trustedUrl } from '../trusted-url.js'
import { feedHub, type LiveNote, type LiveRequest } from './feed-hub.js'
import type { PageNote } from './feed-worker.js'
import workerUrl from './feed-worker.js?worker-url'

/** How the page stands to the feed. */
export interface LiveState {
  state: 'connecting' | 'live' | 'lost'
  reason?: string | undefined
  /** Since when it is lost. */
  since: number
}

const KEPT = 2_000
const ALIVE_MS = 30_000
const IDLE_PAGE: LiveState = { state: 'connecting', since: Date.now() }

let current = IDLE_PAGE
let entries: readonly MessageSummary[] = []
let isRushed = false
const stateListeners = new Set<() => void>()
const entryListeners = new Set<(fresh: readonly MessageSummary[]) => void>()
const gapListeners = new Set<() => void>()

function take(note: LiveNote): void {
  if (note.kind === 'state') {
    if (note.state === current.state) return
    current = { state: note.state, reason: note.reason, since: Date.now() }
    for (const listener of stateListeners) listener()
  } else if (note.kind === 'entries') {
    const newest = entries.at(-1)?.cursor
    const fresh =
      newest === undefined ? note.entries : note.entries.filter(({ cursor }) => isBehind(cursor, newest))
    if (fresh.length === 0) return
    entries = [...entries, ...fresh].slice(-KEPT)
    for (const listener of entryListeners) listener(fresh)
  } else {
    entries = []
    isRushed = note.isRush
    for (const listener of gapListeners) listener()
  }
}

/** One stream for all pages of the browser; undefined where there are no such workers (Chrome on Android). */
function joinWorker(): ((request: LiveRequest) => void) | undefined {
  if (!('SharedWorker' in globalThis)) return undefined
  const worker = new SharedWorker(trustedUrl(workerUrl), { type: 'module', name: 'epr-feed' })
  const say = (note: PageNote) => worker.port.postMessage(note)
  worker.port.onmessage = ({ data }: MessageEvent<LiveNote>) => take(data)
  setInterval(() => say({ kind: 'alive' }), ALIVE_MS)
  addEventListener('pagehide', () => say({ kind: 'leave' }))
  return (request) => say({ kind: 'join', request })
}

/** A stream of this page, while it is seen. */
function joinHere(): (request: LiveRequest) => void {
  let leave: (() => void) | undefined
  return (request) => {
    leave?.()
    leave = document.hidden ? undefined : feedHub(request).join(take)
  }
}

/** Begins to follow the feed, again after a login, and when the page comes back from sleep. */
export function startLive(): void {
  const shared = joinWorker()
  const join = shared ?? joinHere()
  const begin = () => join({ url: SERVER_URL, token: session.key })
  begin()
  session.subscribe(begin)
  addEventListener('pageshow', (event) => {
    if (event.persisted) begin()
  })
  if (!shared) document.addEventListener('visibilitychange', begin)
}

export const live = {
  state: (): LiveState => current,
  /** What the page keeps of the feed, the newest last. */
  entries: (): readonly MessageSummary[] => entries,
  /** Whether more messages come than can be read: then only some of them do here. */
  isRushed: (): boolean => isRushed,
  onState(listener: () => void): () => void {
    stateListeners.add(listener)
    return () => stateListeners.delete(listener)
  },
  onEntries(listener: (fresh: readonly MessageSummary[]) => void): () => void {
    entryListeners.add(listener)
    return () => entryListeners.delete(listener)
  },
  /** Called when messages went by unseen. */
  onGap(listener: () => void): () => void {
    gapListeners.add(listener)
    return () => gapListeners.delete(listener)
  },
}
