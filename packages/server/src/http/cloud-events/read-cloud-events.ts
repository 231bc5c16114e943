import { EprError, elementTexts, MAX_BATCH_EVENTS } from '@epr/model'
import {
  type CloudEventInput,
  type MaybeCloudEvent,
  toCloudEvent,
} from '../../registry/cloud-events/cloud-event.js'
import { parseJsonBody } from '../core/json-body.js'
import type { HttpRequest } from '../core/route.js'
import { hasOtherCharset, headerOf, isBinaryMode, mediaTypeOf, toStructuredText } from './binary-mode.js'

/** What a request holds: one CloudEvent, or a batch of what may each be one. */
export type CloudEventRequest = { one: CloudEventInput } | { many: MaybeCloudEvent[] }

function toBatch(body: Buffer): MaybeCloudEvent[] {
  const { value, text } = parseJsonBody(body)
  if (!Array.isArray(value) || value.length > MAX_BATCH_EVENTS) {
    const problem = `the batch must be an array of at most ${MAX_BATCH_EVENTS} CloudEvents`
    throw new EprError('INVALID_ARGUMENT', problem)
  }
  const texts = elementTexts(text)
  return value.map((element: unknown, index) => ({ value: element, text: texts[index] ?? '' }))
}

/**
 * Reads a request in any of the content modes (HTTP binding 1.0.2, section 3). A batch's elements are not
 * looked at: one that is not a CloudEvent is its fault alone. A batch may be empty (JSON format 1.0.2, section 4).
 *
 * @throws EprError INVALID_ARGUMENT that names the attribute; UNSUPPORTED_MEDIA_TYPE
 */
export function readCloudEvents(request: Pick<HttpRequest, 'rawHeaders' | 'body'>): CloudEventRequest {
  const { rawHeaders, body } = request
  const contentType = headerOf(rawHeaders, 'content-type')
  const mediaType = mediaTypeOf(contentType)
  if (mediaType.startsWith('application/cloudevents') && hasOtherCharset(contentType)) {
    throw new EprError(
      'UNSUPPORTED_MEDIA_TYPE',
      'CloudEvents are read as UTF-8: send them so, without another charset',
    )
  }
  if (mediaType === 'application/cloudevents-batch+json') return { many: toBatch(body) }
  if (mediaType === 'application/cloudevents+json') return { one: toCloudEvent(parseJsonBody(body)) }
  if (!mediaType.startsWith('application/cloudevents') && isBinaryMode(rawHeaders)) {
    const text = toStructuredText(rawHeaders, body)
    return { one: toCloudEvent({ value: JSON.parse(text), text }) }
  }
  throw new EprError(
    'UNSUPPORTED_MEDIA_TYPE',
    'this is not a CloudEvent: send application/cloudevents+json, application/cloudevents-batch+json, or headers ce-id, ce-source, ce-type and ce-specversion',
  )
}
