import { EprError, memberTexts, type Nvrpp } from '@epr/model'
import { findCloudEventProblems } from './attributes.js'

/** A CloudEvent in the JSON format (CloudEvents 1.0.2, JSON format, section 2): attributes, and perhaps data. */
export interface CloudEvent {
  readonly specversion: string
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject?: string
  readonly [attribute: string]: unknown
}

/** A CloudEvent beside its text, which keeps what parsing would change. */
export interface CloudEventInput {
  value: CloudEvent
  text: string
  /** The source text of each member. */
  texts: ReadonlyMap<string, string>
}

/**
 * Longest CloudEvent, in characters: it is parsed here as a whole, for how it went may stand anywhere in its data. The
 * specification wants 64 KB to be forwarded everywhere (1.0.2, section 5).
 */
export const MAX_CLOUD_EVENT_CHARS = 512 * 1024

/** Attributes, and data: headers have room for far fewer. */
const MAX_MEMBERS = 1_000

/** What may be a CloudEvent, as text. */
export interface MaybeCloudEvent {
  text: string
  /** As it is parsed; absent when it is long: many of those would not be held at once. */
  value?: unknown
}

/**
 * Knows a kind of CloudEvent: says of one how it went and which artifact it is about, or undefined when it is of
 * another kind. What the sender says with `eprsuccess`, `eprname` and so on counts more. It throws an EprError when how it
 * went cannot be read.
 */
export type CloudEventMapper = (
  event: CloudEvent,
) => { success?: boolean | undefined; nvrpp?: Nvrpp | undefined } | undefined

/** @throws EprError INVALID_ARGUMENT that names every attribute that is missing or wrong */
export function toCloudEvent(input: MaybeCloudEvent): CloudEventInput {
  const { text } = input
  if (text.length > MAX_CLOUD_EVENT_CHARS) {
    const problem = `a CloudEvent may have at most ${MAX_CLOUD_EVENT_CHARS} characters: record larger data with POST /api/v1/events`
    throw new EprError('INVALID_ARGUMENT', problem)
  }
  const value = 'value' in input ? input.value : parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EprError('INVALID_ARGUMENT', 'a CloudEvent must be a JSON object')
  }
  if (Object.keys(value).length > MAX_MEMBERS) {
    throw new EprError('INVALID_ARGUMENT', `a CloudEvent may have at most ${MAX_MEMBERS} members`)
  }
  // It walks the whole text, so that what is nested too deep is refused here.
  const texts = memberTexts(text)
  const problems = findCloudEventProblems(value as Record<string, unknown>, texts)
  if (problems.length > 0) throw new EprError('INVALID_ARGUMENT', problems.join('; '), { details: problems })
  return { value: value as CloudEvent, text, texts }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const problem = `the CloudEvent is not valid JSON: ${(cause as Error).message}`
    throw new EprError('INVALID_ARGUMENT', problem, { cause })
  }
}
