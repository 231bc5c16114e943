import type { Message } from '@epr/model'

const TIME = '2026-11-23T10:00:00.000000Z'
const ID = '01JD0000000000000000000000'

/** A message of an event, good as it is. */
export function buildMessage(overrides: Partial<Message> & { payload?: unknown } = {}): Message {
  const { payload = { n: 1 }, ...fields } = overrides
  const nvrpp = {
    name: 'shop',
    version: '1.0.0',
    release: '1',
    platform_id: 'linux',
    package: 'oci',
  }
  const receiver = { id: ID, name: 'build', type: 'foo.bar', version: '1', description: 'built', schema: {} }
  const message = {
    success: true,
    id: ID,
    specversion: '1.0',
    type: 'foo.bar',
    source: 'epr',
    api_version: 'v1',
    ...nvrpp,
    ...fields,
  }
  const { name, version, release, platform_id, package: packaging, success } = message
  const event = { name, version, release, platform_id, package: packaging, success, payload }
  return {
    data: {
      events: [{ ...event, id: ID, description: 'built', event_receiver_id: ID, created_at: TIME }],
      event_receivers: [{ ...receiver, fingerprint: 'f', created_at: TIME }],
      event_receiver_groups: [],
    },
    ...message,
  }
}
