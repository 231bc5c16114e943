import { caller } from './caller.js'

/** A REST answer, with what tests look at. */
export interface Answer {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers, and assertions check what they find
  json: any
}

/** The REST API at a base URL, as a test wants to call it. */
export interface Api {
  readonly baseUrl: string
  /** What every request of its has. */
  readonly headers: Readonly<Record<string, string>>
  /** `path` is below `/api/v1`. An object is sent as JSON, a string or bytes as they are. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  put(path: string, body: unknown): Promise<Answer>
  patch(path: string, body: unknown): Promise<Answer>
  /** Posts and gives the id; throws when the answer is no 200. */
  create(path: string, body: unknown): Promise<string>
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A base URL without user and password, and the header that clients make of those (RFC 7617). */
function splitCredentials(url: string): { baseUrl: string; credentials: Record<string, string> } {
  const { username, password, origin } = new URL(url)
  if (username === '' && password === '') return { baseUrl: url, credentials: {} }
  const [user, secret] = [username, password].map(decodeURIComponent)
  const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`
  return { baseUrl: origin, credentials: { authorization } }
}

/**
 * @param url may have user and password, which are sent in place of the key of this run
 * @param always headers of every request
 */
export function createApi(url: string, always: Record<string, string> = {}): Api {
  const { baseUrl, credentials } = splitCredentials(url)
  const constant = { ...caller.headers, ...credentials, ...always }
  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...constant, ...headers },
      ...(raw !== undefined && { body: raw as string }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parse(text) }
  }
  return {
    baseUrl,
    headers: constant,
    post: (path, body, headers) => call('POST', path, body, headers),
    get: (path, headers) => call('GET', path, undefined, headers),
    put: (path, body) => call('PUT', path, body),
    patch: (path, body) => call('PATCH', path, body),
    async create(path, body) {
      const { status, json, text } = await call('POST', path, body)
      if (status !== 200) throw new Error(`POST ${path} answered ${status}: ${text}`)
      return json.data
    },
  }
}

/** Reads the whole feed as it stands, from a cursor on. */
export async function readFeed(
  api: Api,
  after = '0',
): Promise<{ cursor: string; time: string; ce_id: string; gate?: string; message: FeedMessage }[]> {
  const entries = []
  for (let cursor = after; ; ) {
    const { json } = await api.get(`/messages?after=${cursor}&limit=1000`)
    if (json.data.length === 0) return entries
    entries.push(...json.data)
    cursor = json.next
  }
}

/** The parts of a message that tests look at. */
export interface FeedMessage {
  id: string
  type: string
  success: boolean
  name: string
  version: string
  release: string
  platform_id: string
  package: string
  data: {
    events: Record<string, unknown>[]
    event_receivers: Record<string, unknown>[]
    event_receiver_groups: Record<string, unknown>[]
  }
}
