import { expect, it } from 'vitest'
import type { OutgoingMessage } from '../feed/outgoing-message.js'
import { toRecords } from './record.js'

const nvrpp = { name: 'shop', version: '1', release: '1', platform_id: 'linux', package: 'oci' }

const recordOf = (actor: OutgoingMessage['actor']) =>
  toRecords(
    {
      cursor: '1',
      time: '2026-11-23T10:00:00Z',
      type: 'tests',
      ceId: 'e',
      occurredAt: '2026-11-23T10:00:00Z',
      nvrpp,
      actor,
      id: 'e',
      resource: '/events/e',
      json: '{"id":"e"}',
      toJsonWithoutPayload: () => '{}',
      toJsonWithoutSchema: () => '{}',
    },
    '/api/v1',
  )

it('says in headers who did it, without their name, and leaves the value as it was', () => {
  const nobody = recordOf(null).whole
  const key = recordOf({ id: 'key:ci', type: 'api_key', label: 'Ann Other' })
  expect(key.whole.headers).toEqual({ ...nobody.headers, ce_authtype: 'api_key', ce_authid: 'key:ci' })
  expect(key.whole.value.equals(nobody.value)).toBe(true)
  expect(key.toReferences().map(({ headers }) => headers.ce_authid)).toEqual(['key:ci', 'key:ci'])
  const anonymous = recordOf({ id: 'anonymous', type: 'anonymous', label: 'anonymous' }).whole
  expect(anonymous.headers.ce_authtype).toBe('unauthenticated')
})
