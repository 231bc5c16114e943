import { createHmac } from 'node:crypto'
import { EprError, type ErrorCode, type Message, shorten } from '@epr/model'
import { NotRetryableError, RetryLaterError, retryAfterMs, type TaskHandler } from '@epr/watcher'
import type { CdEvent } from './cd-event.js'
import { toCdEvent } from './epr-event.js'

/** How requests are signed: HMAC-SHA256 of the body's bytes, in lower-case hex. */
export interface CdvizHmac {
  /** The `token` of the collector's `signature` rule. Not empty. */
  secret: string
  /** The rule's `header`. @default 'x-signature-256' */
  header?: string
  /** The rule's `signature_prefix`; the empty string where it has none. @default 'sha256=' */
  prefix?: string
}

/** Options of {@link cdvizHandler}. */
export interface CdvizOptions {
  /** The collector's webhook: `http://localhost:8080/webhook/000-cdevents`. */
  url: string | URL
  /** Sent with every request: `{ 'x-api-key': … }`. */
  headers?: Readonly<Record<string, string>>
  /** Signs the requests. @default not at all */
  hmac?: CdvizHmac
  /**
   * The CDEvent of a message; undefined for one that is not to be sent. It must give the same for the same message,
   * above all the same `context.id` and `context.timestamp`. @default toCdEvent
   */
  toCdEvent?: (message: Message) => CdEvent | undefined
}

const CREATED = 201
const MAX_DETAIL_CHARS = 500

/**
 * A watcher's handler that posts the CDEvent of a message to a CDviz collector (https://cdviz.dev), and passes over
 * messages that have none. Sent again, the event has the id and the timestamp that it had, by which CDviz knows it.
 *
 * It throws what the watcher tries again for 408, 429, 5xx and when there is no answer, not before the collector's
 * `Retry-After` is over, and a NotRetryableError with the collector's `detail` for every other answer but 201.
 *
 * @throws EprError INVALID_ARGUMENT for an invalid URL, and for an empty secret
 */
export function cdvizHandler(options: CdvizOptions): TaskHandler {
  const { url, headers, hmac, toCdEvent: convert = toCdEvent } = options
  const target = toUrl(url)
  if (hmac?.secret === '') throw new EprError('INVALID_ARGUMENT', 'hmac.secret must not be empty')
  return async (message, { dataRef, signal }) => {
    const event = convertOnce(message, convert)
    if (event === undefined) return assertComplete(message, dataRef)
    const body = JSON.stringify(event)
    const response = await post(target, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', ...(hmac && sign(body, hmac)) },
      body,
      signal,
      // To follow one would send the secret headers to another place.
      redirect: 'manual',
    })
    if (response.status === CREATED) return void (await response.body?.cancel())
    throw await toError(response)
  }
}

function toUrl(url: string | URL): URL {
  if (!/^https?:/.test(String(url)) || !URL.canParse(String(url))) {
    throw new EprError(
      'INVALID_ARGUMENT',
      "url must be that of the collector's webhook, with http:// or https://",
    )
  }
  return new URL(url)
}

/** What cannot be converted now cannot be converted later. */
function convertOnce(
  message: Message,
  convert: (message: Message) => CdEvent | undefined,
): CdEvent | undefined {
  try {
    return convert(message)
  } catch (cause) {
    throw new NotRetryableError(`no CDEvent can be made of the message: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** A CDEvent that was too large for the broker is not passed over in silence. */
function assertComplete({ type }: Message, dataRef: string | undefined): void {
  if (dataRef === undefined || !type.startsWith('dev.cdevents.')) return
  throw new NotRetryableError(`the payload was too large for the broker: the CDEvent is at ${dataRef}`)
}

/** As the collector verifies it with `signature_on = "body"` and `signature_encoding = "hex"`. */
function sign(body: string, { secret, header = 'x-signature-256', prefix = 'sha256=' }: CdvizHmac) {
  return { [header]: prefix + createHmac('sha256', secret).update(body).digest('hex') }
}

async function post(url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request)
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason
    const { cause = error } = error as Error
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
    throw new EprError('UNAVAILABLE', `the collector at ${url.origin} does not answer: ${reason}`, {
      cause: error,
    })
  }
}

async function toError(response: Response): Promise<Error> {
  const { status } = response
  const problem = `the collector answered ${status}: ${await readDetail(response)}`
  const code = retryCodeOf(status)
  if (code === undefined) return new NotRetryableError(problem)
  return new RetryLaterError(code, problem, { retryAfterMs: retryAfterMs(response.headers, Date.now()) })
}

/** Undefined for what no further attempt will help. */
function retryCodeOf(status: number): ErrorCode | undefined {
  if (status === 408) return 'TIMEOUT'
  if (status === 429) return 'RATE_LIMITED'
  return status >= 500 ? 'UNAVAILABLE' : undefined
}

/** `detail` of a problem document (RFC 9457), or else the text as it stands. */
async function readDetail(response: Response): Promise<string> {
  const text = await response.text().catch(() => '')
  return shorten(findDetail(text) ?? text, MAX_DETAIL_CHARS) || 'without a reason'
}

function findDetail(text: string): string | undefined {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown }
    return typeof detail === 'string' ? detail : undefined
  } catch {
    return undefined
  }
}
