import { type Client, createClient, type MessageSummary } from '@epr/client'

/** How many messages before the newest a page begins with, and how many it keeps. */
const TAIL = 200
const KEPT = 2_000
/** How often what has come is handed on. */
const TURN_MS = 100
/** When more than so many come in a second, nobody can read them: the newest ones are looked at now and then. */
const RUSH = 300
const LOOK_MS = 1_000
const LOOKED_AT = 100
/** A server that is back is found within this: people look at the page. Chance spreads them. */
const MAX_PAUSE_MS = 4_000

/** What a page is sent of the feed. */
export type LiveNote =
  | { kind: 'entries'; entries: MessageSummary[] }
  | { kind: 'state'; state: 'live' | 'lost'; reason?: string }
  /** Messages went by unseen: what was made of those before is to be asked for again. In a rush this is said again and again. */
  | { kind: 'gap'; isRush: boolean }

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

  /** Behind this one nothing has been seen yet. */
  let after: string | undefined
  let isRush = false

  function sayGap(rush: boolean): void {
    isRush = rush
    kept = []
    waiting = []
    say({ kind: 'gap', isRush })
  }

  /** Hands on every message, until more come than can be read. */
  async function stream(client: Client, signal: AbortSignal): Promise<void> {
    const entries = client.messages.stream({
      ...(after === undefined ? { tail: TAIL } : { after }),
      view: 'summary',
      signal,
      onConnect: () => sayState({ kind: 'state', state: 'live' }),
      onCut: (error) =>
        sayState({ kind: 'state', state: 'lost', reason: error?.message ?? 'the server has ended it' }),
    })
    let since = performance.now()
    let count = 0
    for await (const entry of entries) {
      after = entry.cursor
      waiting.push(entry)
      if (performance.now() - since > 1_000) {
        since = performance.now()
        count = 0
      }
      if (++count > RUSH) return
    }
  }

  /** Looks at the newest messages now and then, for as long as more come than can be read. */
  async function sample(client: Client, signal: AbortSignal): Promise<void> {
    do {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      const { entries } = await client.messages.list({
        view: 'summary',
        tail: LOOKED_AT,
        limit: LOOKED_AT,
        signal,
      })
      const from = after ?? '0'
      const newest = entries.at(-1)?.cursor ?? from
      sayGap(BigInt(newest) - BigInt(from) > (RUSH * LOOK_MS) / 1_000)
      waiting.push(...entries)
      after = newest
    } while (isRush)
  }

  async function follow(signal: AbortSignal): Promise<void> {
    const client = createClient({ url, token, retry: { maxDelayMs: MAX_PAUSE_MS } })
    while (!signal.aborted) {
      try {
        // It may have ended with the connection.
        if (isRush) sayGap(false)
        await stream(client, signal)
        if (!signal.aborted) await sample(client, signal)
      } catch (error) {
        if (signal.aborted) return
        const { code, message } = error as Error & { code?: string }
        sayState({ kind: 'state', state: 'lost', reason: message })
        // Whoever logs in joins again.
        if (code === 'UNAUTHENTICATED' || code === 'PERMISSION_DENIED') return
        if (code === 'GONE') {
          after = undefined
          sayGap(false)
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
        after = undefined
        isRush = false
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
