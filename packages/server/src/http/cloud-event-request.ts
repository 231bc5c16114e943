import { assertJsonDepth, EprError, elementTexts } from '@epr/model'
import { assertCloudEvent, type CloudEventInput } from './cloud-event.js'
import { isBinaryMode, mediaTypeOf, toStructuredText } from './cloud-event-binary.js'
import { parseJsonBody } from './json-body.js'
import type { RestRequest } from './request.js'

/** What a request holds: one CloudEvent, or a batch of what may each be one. */
export type CloudEventRequest = { one: CloudEventInput } | { many: BatchElement[] }

/** An element of a batch, which may be none of CloudEvents for all we know. */
export interface BatchElement {
  value: unknown
  text: string
}

const MAX_BATCH = 1_000

/** @throws EprError INVALID_ARGUMENT */
export function toCloudEvent({ value, text }: BatchElement): CloudEventInput {
  assertCloudEvent(value)
  assertJsonDepth(text)
  return { value, text }
}

function toBatch(body: Buffer): BatchElement[] {
  const { value, text } = parseJsonBody(body)
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_BATCH) {
    throw new EprError('INVALID_ARGUMENT', `the batch must be an array of 1 to ${MAX_BATCH} CloudEvents`)
  }
  const texts = elementTexts(text)
  return value.map((element: unknown, index) => ({ value: element, text: texts[index] ?? '' }))
}

/**
 * Reads a request in any of the content modes (HTTP binding 1.0.2, section 3). A batch's elements are not
 * looked at: one that is no CloudEvent is its fault alone.
 *
 * @throws EprError INVALID_ARGUMENT that names the attribute; UNSUPPORTED_MEDIA_TYPE
 */
export function readCloudEvents({ headers, body }: Pick<RestRequest, 'headers' | 'body'>): CloudEventRequest {
  const mediaType = mediaTypeOf(headers['content-type'])
  if (mediaType === 'application/cloudevents-batch+json') return { many: toBatch(body) }
  if (mediaType === 'application/cloudevents+json') return { one: toCloudEvent(parseJsonBody(body)) }
  if (!mediaType.startsWith('application/cloudevents') && isBinaryMode(headers)) {
    const text = toStructuredText(headers, body)
    return { one: toCloudEvent({ value: JSON.parse(text), text }) }
  }
  throw new EprError(
    'UNSUPPORTED_MEDIA_TYPE',
    'this is no CloudEvent: send application/cloudevents+json, application/cloudevents-batch+json, or headers ce-id, ce-source, ce-type and ce-specversion',
  )
}
