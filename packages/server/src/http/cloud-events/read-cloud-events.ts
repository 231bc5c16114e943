import { EprError, MAX_BATCH_EVENTS } from '@epr/model'
import {
  type CloudEventInput,
  MAX_CLOUD_EVENT_CHARS,
  type MaybeCloudEvent,
  toCloudEvent,
} from '../../registry/cloud-events/cloud-event.js'
import { mapInTurns, yieldTurn } from '../../turns.js'
import { LONG_TEXT_CHARS, parseJsonBody, parseText, readElements } from '../core/json-body.js'
import type { HttpRequest } from '../core/route.js'
import { hasOtherCharset, headerOf, isBinaryMode, mediaTypeOf, toStructured } from './binary-mode.js'

/** What a request holds: one CloudEvent, or a batch of what may each be one. */
export type CloudEventRequest = { one: CloudEventInput } | { many: MaybeCloudEvent[] }

async function toBatch(body: Buffer): Promise<MaybeCloudEvent[]> {
  const texts = await readElements(body, MAX_BATCH_EVENTS)
  if (!texts) {
    const problem = `the batch must be an array of at most ${MAX_BATCH_EVENTS} CloudEvents`
    throw new EprError('INVALID_ARGUMENT', problem)
  }
  return mapInTurns(texts, 1, async (text) => (text.length > LONG_TEXT_CHARS ? { text } : parseText(text)))
}

async function toOne(body: Buffer, read: (body: Buffer) => MaybeCloudEvent): Promise<CloudEventInput> {
  if (body.length > MAX_CLOUD_EVENT_CHARS) {
    const problem = `a CloudEvent may have at most ${MAX_CLOUD_EVENT_CHARS} bytes: record larger data with POST /api/v1/events`
    throw new EprError('PAYLOAD_TOO_LARGE', problem)
  }
  const input = read(body)
  if (body.length > LONG_TEXT_CHARS) await yieldTurn()
  const event = toCloudEvent(input)
  if (body.length > LONG_TEXT_CHARS) await yieldTurn()
  return event
}

/**
 * Reads a request in any of the content modes (HTTP binding 1.0.2, section 3). A batch's elements are not
 * looked at: one that is not a CloudEvent is its fault alone. A batch may be empty (JSON format 1.0.2, section 4).
 *
 * @throws EprError INVALID_ARGUMENT that names the attribute; PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE
 */
export async function readCloudEvents(
  request: Pick<HttpRequest, 'rawHeaders' | 'body'>,
): Promise<CloudEventRequest> {
  const { rawHeaders, body } = request
  const contentType = headerOf(rawHeaders, 'content-type')
  const mediaType = mediaTypeOf(contentType)
  if (mediaType.startsWith('application/cloudevents') && hasOtherCharset(contentType)) {
    throw new EprError(
      'UNSUPPORTED_MEDIA_TYPE',
      'CloudEvents are read as UTF-8: send them so, without another charset',
    )
  }
  if (mediaType === 'application/cloudevents-batch+json') return { many: await toBatch(body) }
  if (mediaType === 'application/cloudevents+json') {
    return { one: await toOne(body, parseJsonBody) }
  }
  if (!mediaType.startsWith('application/cloudevents') && isBinaryMode(rawHeaders)) {
    return { one: await toOne(body, () => toStructured(rawHeaders, body)) }
  }
  throw new EprError(
    'UNSUPPORTED_MEDIA_TYPE',
    'this is not a CloudEvent: send application/cloudevents+json, application/cloudevents-batch+json, or headers ce-id, ce-source, ce-type and ce-specversion',
  )
}
