import type { Event, Message } from '@epr/model'

const TIME = '2026-11-23T10:00:00.000001Z'
const ID = '01JD0000000000000000000000'

/** An event of the artifact `pkg:oci/shop@1.2.0?platform_id=linux`. */
export function buildEvent(payload: unknown): Event {
  const nvrpp = { name: 'shop', version: '1.2.0', release: '1', platform_id: 'linux', package: 'oci' }
  return {
    ...nvrpp,
    id: ID,
    description: 'of a test',
    payload,
    success: true,
    event_receiver_id: ID,
    created_at: TIME,
  }
}

/** The message that tells of an event for a receiver of a type. */
export function buildMessage(type: string, payload: unknown): Message {
  const {
    name,
    version,
    release,
    platform_id,
    package: packaging,
    success,
    id,
    ...rest
  } = buildEvent(payload)
  const nvrpp = { name, version, release, platform_id, package: packaging }
  const event = { ...nvrpp, ...rest, id, success }
  const head = { success, id, specversion: '1.0', type, source: 'epr', api_version: 'v1' }
  return { ...head, ...nvrpp, data: { events: [event], event_receivers: [], event_receiver_groups: [] } }
}
