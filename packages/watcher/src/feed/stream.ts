import { codeOfStatus, EprError, type ErrorCode } from '@epr/model'
import { forwardAbort } from '../abort.js'
import { createEntryReader, type RawEntry } from './entries.js'

export interface FeedAddress {
  url: string
  token?: string | undefined
  fetch?: typeof globalThis.fetch | undefined
}

/** Three of the server's heartbeats: a connection that is silent for longer is dead. */
const SILENCE_MS = 45_000
const CONNECT_TIMEOUT_MS = 15_000

const MAX_REASON_CHARS = 500

/** Whatever fails at the server may pass: a watcher waits for it. */
const toCode = (status: number): ErrorCode => {
  const code = codeOfStatus(status)
  return code === 'INTERNAL' ? 'UNAVAILABLE' : code
}

async function toError(response: Response, url: string): Promise<EprError> {
  const text = (await response.text().catch(() => '')).slice(0, MAX_REASON_CHARS)
  return new EprError(toCode(response.status), `${url} answered ${response.status}: ${text}`)
}

function toUrl(base: string, query: Readonly<Record<string, string>>): string {
  const url = new URL(`${base.replace(/\/+$/, '')}/api/v1/messages`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

async function request(address: FeedAddress, url: string, accept: string, signal: AbortSignal) {
  const { token, fetch = globalThis.fetch } = address
  const headers = { accept, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  const response = await fetch(url, { headers, signal })
  if (response.ok) return response
  throw await toError(response, url)
}

/** The cursor of the newest message. */
export async function readLatestCursor(address: FeedAddress, signal: AbortSignal): Promise<string> {
  const url = toUrl(address.url, { after: 'latest', limit: '1' })
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS)])
  const page: unknown = await (await request(address, url, 'application/json', timeout)).json()
  const next = typeof page === 'object' && page !== null && 'next' in page ? page.next : undefined
  if (typeof next === 'string') return next
  throw new EprError('INVALID_ARGUMENT', `${url} answered no page of messages: is it a registry?`)
}

/**
 * The messages behind `after` as they come, over one connection. It returns when the server ends it.
 *
 * @param after a cursor or a moment; undefined for the oldest kept
 * @throws EprError with the code of the answer; whatever `fetch` throws when the connection breaks
 */
export async function* streamFeed(
  address: FeedAddress,
  after: string | undefined,
  signal: AbortSignal,
  onOpen: () => void,
): AsyncGenerator<RawEntry[], void, undefined> {
  const url = toUrl(address.url, after === undefined ? {} : { after })
  const connection = new AbortController()
  const letGo = forwardAbort(signal, connection)
  const giveUp = (afterMs: number) =>
    setTimeout(
      () => connection.abort(new EprError('TIMEOUT', `${url} was silent for ${afterMs} ms`)),
      afterMs,
    )
  let timer = giveUp(CONNECT_TIMEOUT_MS)
  try {
    const { body, headers } = await request(address, url, 'text/event-stream', connection.signal)
    clearTimeout(timer)
    if (!body || !headers.get('content-type')?.startsWith('text/event-stream'))
      throw new EprError('INVALID_ARGUMENT', `${url} answered no stream: is it a registry with a feed?`)
    onOpen()
    const read = createEntryReader()
    const decoder = new TextDecoder()
    const reader = body.getReader()
    for (;;) {
      // Only while a piece is waited for is silence counted: handlers take their time.
      timer = giveUp(SILENCE_MS)
      const { done, value } = await reader.read().finally(() => clearTimeout(timer))
      if (done) return
      const entries = read(decoder.decode(value, { stream: true }))
      if (entries.length > 0) yield entries
    }
  } finally {
    clearTimeout(timer)
    letGo()
    connection.abort()
  }
}
