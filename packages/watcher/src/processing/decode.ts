import { EprError, type Message, messageSchema } from '@epr/model'

const utf8 = new TextDecoder('utf-8', { fatal: true })

const refuse = (what: string, cause?: unknown): EprError => new EprError('INVALID_ARGUMENT', what, { cause })

function toText(value: Uint8Array | string): string {
  if (typeof value === 'string') return value
  try {
    return utf8.decode(value)
  } catch (cause) {
    throw refuse('the record is not valid UTF-8', cause)
  }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // V8's own words quote the text, which may be a secret.
    throw refuse('the record is not JSON', cause)
  }
}

type Fields = Readonly<Record<string, unknown>>

const MESSAGE = 'id specversion type source api_version name version release platform_id package'.split(' ')
const EVENT = 'id name version release platform_id package description event_receiver_id created_at'.split(
  ' ',
)
const RECEIVER = 'id name type version description fingerprint created_at'.split(' ')

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

function hasTexts(value: Fields, names: readonly string[]): boolean {
  for (const name of names) if (typeof value[name] !== 'string') return false
  return true
}

/** A receiver, with its schema or without. */
const isNested = (receiver: unknown): receiver is Fields => isFields(receiver) && hasTexts(receiver, RECEIVER)

/**
 * Whether it is the message of an event as our server writes it: that it has the type that it claims, and no more.
 * Of all records this is nearly every one, and asking the schema would cost more than parsing the JSON.
 */
function isMessage(value: unknown): value is Message {
  if (!isFields(value) || typeof value.success !== 'boolean' || !hasTexts(value, MESSAGE)) return false
  const { data } = value
  if (!isFields(data)) return false
  const { events, event_receivers: receivers, event_receiver_groups: groups } = data
  if (!Array.isArray(events) || !Array.isArray(receivers) || !Array.isArray(groups)) return false
  const isEvent = (event: unknown) =>
    isFields(event) &&
    typeof event.success === 'boolean' &&
    'payload' in event &&
    (event.EventReceiver === undefined || isNested(event.EventReceiver)) &&
    hasTexts(event, EVENT)
  const isReceiver = (receiver: unknown) => isNested(receiver) && 'schema' in receiver
  return groups.length === 0 && events.every(isEvent) && receivers.every(isReceiver)
}

/**
 * The message of a record.
 *
 * @throws EprError INVALID_ARGUMENT for anything else: a record comes from whoever may write to the topic
 */
export function decodeMessage(value: Uint8Array | string | null): Message {
  if (value === null || value.length === 0) throw refuse('the record is empty')
  const json = toJson(toText(value))
  if (isMessage(json)) return json
  const parsed = messageSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refuse(`the record is not a message of EPR: ${issue?.path.join('.')}: ${issue?.message}`)
}
