import { EprError } from '@epr/model'
import { inRange } from './in-range.js'
import { type RetryOptions, type RetryPolicy, toRetryPolicy } from './retry/policy.js'

/** Where a token comes from that changes while a client is used: `tokenFile` of `@epr/client/node` is one. */
export interface TokenSource {
  /** The token by now, undefined for none. Asked before each request: it remembers what it gives. */
  get(): Promise<string | undefined>
  /** Looks again, after the server has refused what it gave: the request is made once more with another. */
  renew(): Promise<string | undefined>
  /**
   * Nobody has named it: it is asked, and what it gives is sent, only where the server says that it asks who calls.
   * @default false
   */
  isDetected?: boolean | undefined
}

/** What a client is made from. What is out of range is an INVALID_ARGUMENT, whose text shows no value. */
export interface ClientOptions {
  /**
   * Where the server is, without `/api/v1`: `http://localhost:8042`, `https://epr.example.com/prefix`.
   * A user and a password in it are sent as `Authorization: Basic` (RFC 7617), and kept secret like `token`, which excludes them.
   */
  url: string
  /** Sent as `Authorization: Bearer …`. Never shown again: not in errors, not by inspecting the client. */
  token?: string | TokenSource | undefined
  /** Used in place of the global `fetch`, which is otherwise looked up at each call. */
  fetch?: typeof globalThis.fetch | undefined
  /**
   * An undici 7 `Dispatcher` (`new Agent({ connections: 32 })`, a proxy, a private CA) that is handed to `fetch`.
   * Node only; without it Node's own pool with keep-alive is used.
   */
  dispatcher?: object | undefined
  /**
   * How long one call may take in all, its retries and waits included, in milliseconds; 1 or more, `Infinity` for no
   * end. A call that takes longer fails with TIMEOUT. @default 30000
   */
  timeoutMs?: number | undefined
  /** When to make a safe call again; `false` for never. @default {attempts: 7, initialDelayMs: 100, maxDelayMs: 5000} */
  retry?: RetryOptions | false | undefined
  /**
   * Makes a safe call again for so long, in milliseconds, 0 to 86_400_000: `attempts` counts no more then, and `timeoutMs` holds
   * for each attempt. For those who must not lose what they record to a restart of the server.
   * @default by `retry` and `timeoutMs`
   */
  retryForMs?: number | undefined
  /** Called before a call is made again, with what it has failed with and the pause until then, in milliseconds. */
  onRetry?: ((error: EprError, pauseMs: number) => void) | undefined
  /** Sent with every request. Values of headers that carry credentials are kept secret like `token`. */
  headers?: Readonly<Record<string, string>> | undefined
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** In milliseconds, for this call; 1 or more. @default the client's */
  timeoutMs?: number | undefined
  /** For how long this call is made again while that is safe, in milliseconds, 0 to 86_400_000. @default the client's */
  retryForMs?: number | undefined
}

/** What every creation takes. */
export interface CreateOptions extends CallOptions {
  /**
   * Calls with the same key and body create once, within 24 hours; the same key with another body is an
   * ALREADY_EXISTS. 1 to 255 characters of printable ASCII, without spaces.
   * @default a fresh random key, so that only the retries of one call are one creation
   */
  idempotencyKey?: string | undefined
}

/** What every call takes that reads JSON of users. */
export interface ReadOptions extends CallOptions {
  /**
   * Gives each `payload` and `schema` as `JsonText`, the text as the server sent it. `JSON.parse`, which is used
   * otherwise, rounds numbers beyond 2^53 and long fractions to doubles, reorders keys that look like integers,
   * and keeps the last of repeated keys. @default false
   */
  exact?: boolean | undefined
}

export interface Settings {
  url: string
  secrets: readonly string[]
  headers: Readonly<Record<string, string>>
  tokens: TokenSource | undefined
  timeoutMs: number
  retry: RetryPolicy
  retryForMs: number | undefined
  onRetry: ((error: EprError, pauseMs: number) => void) | undefined
  fetch: typeof globalThis.fetch | undefined
  dispatcher: object | undefined
}

const CREDENTIALS = /authorization|cookie|token|secret|key|password/i
/** RFC 9110, section 5.5: what a header may hold; with control characters `fetch` throws an error that shows it. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i
const TOKEN = /^[\x21-\x7e]+$/
export const BAD_TOKEN = 'token must be printable ASCII without spaces'

/** Whether a header can hold it (RFC 6750, section 2.1, allows less). */
export const isToken = (text: string): boolean => TOKEN.test(text)

function refuse(problem: string): never {
  throw new EprError('INVALID_ARGUMENT', problem)
}

// None of these texts shows what was given: it may be a secret in the wrong place.
function toBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : refuse('url must be a URL like http://localhost:8042')
  if (url.protocol !== 'http:' && url.protocol !== 'https:') refuse('url must start with http:// or https://')
  if (url.search !== '' || url.hash !== '') refuse('url must not have a query or a fragment')
  return url.origin + url.pathname.replace(/\/+$/, '')
}

/** `user:password` of the URL, as RFC 7617 sends it: the base64 of its UTF-8. Undefined when there is none. */
function toBasic(text: string): { password: string; sent: string } | undefined {
  const { username, password } = new URL(text)
  if (username === '' && password === '') return undefined
  const decoded = [username, password].map(decodePercent)
  if (decoded[0]?.includes(':')) refuse('the user in url must not hold a colon')
  const bytes = new TextEncoder().encode(decoded.join(':'))
  return { password: decoded[1] ?? '', sent: btoa(String.fromCharCode(...bytes)) }
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return refuse('the user and the password in url must be percent-encoded UTF-8')
  }
}

function toHeaders({ url, token, headers = {} }: ClientOptions): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name)) refuse('headers must have valid names')
    if (typeof value !== 'string' || !HEADER_VALUE.test(value)) {
      refuse(`the header ${name} has characters that a header cannot hold`)
    }
  }
  const basic = toBasic(url)
  if (basic && token) refuse('url must not hold a password when there is a token: give one of them')
  if (basic) return { ...headers, authorization: `Basic ${basic.sent}` }
  if (token === undefined || token === '' || typeof token === 'object') return { ...headers }
  if (!isToken(token)) refuse(BAD_TOKEN)
  return { ...headers, authorization: `Bearer ${token}` }
}

function toSecrets({ url, token, headers = {} }: ClientOptions): string[] {
  const basic = toBasic(url)
  const sensitive = Object.entries(headers).filter(([name]) => CREDENTIALS.test(name))
  const values = sensitive.flatMap(([, value]) => [value, value.replace(/^\S+\s+/, '')])
  const ofUrl = basic ? [basic.sent, basic.password, new URL(url).password] : []
  return [typeof token === 'string' ? token : '', ...values, ...ofUrl].filter((secret) => secret !== '')
}

/** @throws EprError INVALID_ARGUMENT for an invalid time */
export function toTimeoutMs(timeoutMs: number): number {
  return inRange('timeoutMs', timeoutMs, 1, Infinity)
}

const MAX_RETRY_FOR_MS = 86_400_000

/** @throws EprError INVALID_ARGUMENT for an invalid time */
export function toRetryForMs(retryForMs: number | undefined): number | undefined {
  return retryForMs === undefined ? undefined : inRange('retryForMs', retryForMs, 0, MAX_RETRY_FOR_MS)
}

const RETRY: RetryPolicy = { attempts: 7, initialDelayMs: 100, maxDelayMs: 5_000 }

/** Checks the options and fills in defaults. @throws EprError INVALID_ARGUMENT, which shows no value */
export function toSettings(options: ClientOptions): Settings {
  return {
    url: toBaseUrl(options.url),
    secrets: toSecrets(options),
    headers: toHeaders(options),
    tokens: typeof options.token === 'object' ? options.token : undefined,
    timeoutMs: toTimeoutMs(options.timeoutMs ?? 30_000),
    retry: toRetryPolicy(options.retry === false ? { attempts: 1 } : options.retry, RETRY),
    retryForMs: toRetryForMs(options.retryForMs),
    onRetry: options.onRetry,
    fetch: options.fetch,
    dispatcher: options.dispatcher,
  }
}
