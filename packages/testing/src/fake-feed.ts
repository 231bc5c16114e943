import {
  type Actor,
  type FeedEntry,
  type FeedPlace,
  type GateChange,
  type Message,
  stringifyJson,
} from '@epr/model'

/** The feed of a registry in memory, at the other end of a `fetch`. */
export interface FakeFeed {
  /** Answers `/api/v1/messages`, pages and streams; for `createClient` and `feedSource`. Anything else is not found. */
  readonly fetch: typeof globalThis.fetch
  /**
   * Publishes a message, also to the streams that are open.
   *
   * @param gate of the completion of a group: whether its gate has opened with it
   * @param actor who recorded the event
   * @returns its cursor: 1, 2, 3 …
   */
  add(message: Message, gate?: GateChange, actor?: Actor | null): string
  /** Ends all streams, as a server does that is restarted. */
  cut(): void
}

interface Stream {
  type: string | null
  write(text: string): void
  end(): void
}

const PATH = '/api/v1/messages'
const DEFAULT_LIMIT = 100

const toFrame = ({ message, ...place }: FeedEntry): string =>
  `: ${JSON.stringify(place satisfies FeedPlace)}\nid: ${place.cursor}\ndata: ${stringifyJson(message)}\n\n`

export function createFakeFeed(): FakeFeed {
  const entries: FeedEntry[] = []
  const streams = new Set<Stream>()

  /** Those behind a cursor or from a moment on, of a type. */
  function find({ searchParams }: URL): FeedEntry[] {
    const after = searchParams.get('after') ?? '0'
    const type = searchParams.get('type')
    const isBehind = ({ cursor, time }: FeedEntry) =>
      /^\d+$/.test(after) ? Number(cursor) > Number(after) : Date.parse(time) >= Date.parse(after)
    const found = after === 'latest' ? [] : entries.filter(isBehind)
    return found.filter(({ message }) => type === null || message.type === type)
  }

  function toPage(url: URL): Response {
    const limit = Number(url.searchParams.get('limit') ?? DEFAULT_LIMIT)
    const data = find(url).slice(0, limit)
    const next = data.at(-1)?.cursor ?? String(entries.length)
    const body = stringifyJson({ data, next })
    return new Response(body, { headers: { 'content-type': 'application/json', 'epr-features': 'feed' } })
  }

  function toStream(url: URL, signal: AbortSignal | null | undefined): Response {
    const encoder = new TextEncoder()
    let close: () => void = () => undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const stream: Stream = {
          type: url.searchParams.get('type'),
          write: (text) => controller.enqueue(encoder.encode(text)),
          end() {
            if (streams.delete(stream)) controller.close()
          },
        }
        close = () => void streams.delete(stream)
        stream.write('retry: 1\n: connected\n\n')
        for (const entry of find(url)) stream.write(toFrame(entry))
        streams.add(stream)
        signal?.addEventListener('abort', () => {
          if (streams.delete(stream)) controller.error(signal.reason)
        })
      },
      cancel: () => close(),
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream', 'epr-features': 'feed' } })
  }

  return {
    async fetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input)
      init?.signal?.throwIfAborted()
      if (!url.pathname.endsWith(PATH)) return Response.json({ errors: ['not found'] }, { status: 404 })
      const accept = new Headers(init?.headers).get('accept') ?? ''
      return accept.includes('text/event-stream') ? toStream(url, init?.signal) : toPage(url)
    },
    add(message, gate, actor) {
      const cursor = String(entries.length + 1)
      const entry = {
        cursor,
        time: new Date().toISOString(),
        ce_id: `fake-${cursor}`,
        ...(gate && { gate }),
        ...(actor !== undefined && { actor }),
        message,
      }
      entries.push(entry)
      for (const stream of streams)
        if (stream.type === null || stream.type === message.type) stream.write(toFrame(entry))
      return cursor
    },
    cut() {
      for (const stream of [...streams]) stream.end()
    },
  }
}
