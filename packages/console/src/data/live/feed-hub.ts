import { createClient, type MessageSummary } from '@epr/client'

/** How many messages before the newest a page begins with, and how many it keeps. */
const TAIL = 200
const KEPT = 2_000
/** How often what has come is handed on. */
const TURN_MS = 100
/** A server that is back is found within this: people look at the page. Chance spreads them. */
const MAX_PAUSE_MS = 4_000

/** What a page is sent of the feed. */
export type LiveNote =
  | { kind: 'entries'; entries: MessageSummary[] }
  | { kind: 'state'; state: 'live' | 'lost'; reason?: string }
  /** Messages went by unseen: what was made of those before is to be asked for again. */
  | { kind: 'gap' }

/** Where a page reads, and as whom. */
export interface LiveRequest {
  url: string
  token: string | undefined
}

type Listener = (note: LiveNote) => void

/** The one stream of a browser, from which all of its pages are fed. */
export interface FeedHub {
  /** Everything that is kept comes at once, and then whatever comes; until what is returned is called. */
  join(listener: Listener): () => void
}

/** Connects with its first listener and ends with its last one. */
function createFeedHub({ url, token }: LiveRequest): FeedHub {
  const listeners = new Set<Listener>()
  let kept: MessageSummary[] = []
  let waiting: MessageSummary[] = []
  let state: LiveNote | undefined
  let stopping: AbortController | undefined

  const say = (note: LiveNote) => {
    for (const listener of listeners) listener(note)
  }
  function sayState(next: Extract<LiveNote, { kind: 'state' }>): void {
    state = next
    say(next)
  }
  function handOn(): void {
    if (waiting.length === 0) return
    say({ kind: 'entries', entries: waiting })
    kept = [...kept, ...waiting].slice(-KEPT)
    waiting = []
  }

  async function follow(signal: AbortSignal): Promise<void> {
    const client = createClient({ url, token, retry: { maxDelayMs: MAX_PAUSE_MS } })
    let after: string | undefined
    while (!signal.aborted) {
      try {
        const from = after === undefined ? { tail: TAIL } : { after }
        const entries = client.messages.stream({
          ...from,
          view: 'summary',
          signal,
          onConnect: () => sayState({ kind: 'state', state: 'live' }),
          onCut: (error) =>
            sayState({ kind: 'state', state: 'lost', reason: error?.message ?? 'the server has ended it' }),
        })
        for await (const entry of entries) {
          after = entry.cursor
          waiting.push(entry)
        }
      } catch (error) {
        const { code, message } = error as Error & { code?: string }
        sayState({ kind: 'state', state: 'lost', reason: message })
        // Whoever logs in joins again.
        if (code === 'UNAUTHENTICATED' || code === 'PERMISSION_DENIED') return
        if (code === 'GONE') {
          after = undefined
          kept = []
          say({ kind: 'gap' })
        }
        await new Promise((resolve) => setTimeout(resolve, 3_000))
      }
    }
  }

  return {
    join(listener) {
      listeners.add(listener)
      if (!stopping) {
        stopping = new AbortController()
        const turns = setInterval(handOn, TURN_MS)
        stopping.signal.addEventListener('abort', () => clearInterval(turns))
        void follow(stopping.signal)
      } else {
        if (kept.length > 0) listener({ kind: 'entries', entries: kept })
        if (state) listener(state)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stopping?.abort()
        stopping = undefined
        state = undefined
        kept = []
        waiting = []
      }
    },
  }
}

/** A hub for each way in: pages of one browser may be logged in as several people. */
const hubs = new Map<string, FeedHub>()

export function feedHub(request: LiveRequest): FeedHub {
  const key = JSON.stringify([request.url, request.token])
  const known = hubs.get(key) ?? createFeedHub(request)
  hubs.set(key, known)
  return known
}
