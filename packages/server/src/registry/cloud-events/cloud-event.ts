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
}

/** What may be a CloudEvent, and its text. */
export interface MaybeCloudEvent {
  value: unknown
  text: string
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
export function toCloudEvent({ value, text }: MaybeCloudEvent): CloudEventInput {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EprError('INVALID_ARGUMENT', 'a CloudEvent must be a JSON object')
  }
  // It walks the whole text, so that what is nested too deep is refused here.
  const problems = findCloudEventProblems(value as Record<string, unknown>, memberTexts(text))
  if (problems.length > 0) throw new EprError('INVALID_ARGUMENT', problems.join('; '), { details: problems })
  return { value: value as CloudEvent, text }
}
