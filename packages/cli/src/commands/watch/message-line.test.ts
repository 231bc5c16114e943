import type { FeedEntry, MessageSummary } from '@epr/client'
import { expect, it } from 'vitest'
import { createStyle } from '../../output/output.js'
import { toLine, toSummaryLine } from './message-line.js'

const ID = '01HKX0J9KS8AASMRYX61458N41'
const style = createStyle({}, {})
const nvrpp = { name: 'shop', version: '1.2.0', release: '1', platform_id: 'linux', package: 'oci' }
const about = { id: ID, name: 'tests', version: '2', description: 'd', created_at: 'x' }
const receiver = { ...about, type: 'dev.tested', schema: {}, fingerprint: 'f' }
const group = {
  ...about,
  name: 'release',
  type: 'dev.releasable',
  enabled: false,
  event_receiver_ids: [],
  updated_at: 'x',
}
const event = {
  ...nvrpp,
  id: ID,
  description: '812 passed\u001b[2J',
  success: true,
  payload: 1,
  event_receiver_id: ID,
  created_at: 'x',
}

type Data = Partial<FeedEntry['message']['data']>

function lineOf(type: string, data: Data, success = true, gate?: FeedEntry['gate']): string {
  const all = { events: [], event_receivers: [], event_receiver_groups: [], ...data }
  const message = {
    ...nvrpp,
    id: ID,
    type,
    success,
    specversion: '1.0',
    source: 'epr',
    api_version: 'v1',
    data: all,
  }
  const entry = { cursor: '1', time: '2026-11-23T10:00:00Z', ce_id: 'c', message, ...(gate && { gate }) }
  return toLine(entry, style).replace(/^\d\d:\d\d:\d\d /, '')
}

it.each<[string, string, Data, boolean, string]>([
  [
    'an event',
    'dev.tested',
    { events: [event], event_receivers: [receiver] },
    true,
    `✓ tests@2 shop 1.2.0 1 linux oci 812 passed\\u001b[2J ${ID}`,
  ],
  [
    'a failure',
    'dev.tested',
    { events: [event], event_receivers: [receiver] },
    false,
    `✗ tests@2 shop 1.2.0 1 linux oci 812 passed\\u001b[2J ${ID}`,
  ],
  [
    'an event without its receiver',
    'dev.tested',
    { events: [event] },
    true,
    `✓ dev.tested shop 1.2.0 1 linux oci 812 passed\\u001b[2J ${ID}`,
  ],
  [
    'an open gate',
    'dev.releasable',
    { events: [event], event_receiver_groups: [group] },
    true,
    `▶ gate release@2 open for shop 1.2.0 1 linux oci ${ID}`,
  ],
  [
    'a new receiver',
    'epr.event.receiver.created',
    { event_receivers: [receiver] },
    true,
    `+ event receiver tests@2 created ${ID}`,
  ],
  [
    'a new group',
    'epr.event.receiver.group.created',
    { event_receiver_groups: [group] },
    true,
    `+ group release@2 created: disabled ${ID}`,
  ],
  [
    'a changed group',
    'epr.event.receiver.group.modified',
    { event_receiver_groups: [{ ...group, enabled: true }] },
    true,
    `+ group release@2 changed: enabled ${ID}`,
  ],
])('shows %s', (_, type, data, success, line) => expect(lineOf(type, data, success)).toBe(line))

it.each([
  ['opened', 'opened'],
  ['repeated', 'open still'],
] as const)('says of a gate that has %s that it is %s', (gate, words) => {
  const line = lineOf('dev.releasable', { event_receiver_groups: [group] }, true, gate)
  expect(line).toBe(`▶ gate release@2 ${words} for shop 1.2.0 1 linux oci ${ID}`)
})

it.each<[string, Partial<MessageSummary>, string]>([
  [
    'an event',
    { kind: 'event', type: 'dev.tested', payload_bytes: 84 },
    `✓ dev.tested shop 1.2.0 1 linux oci 84 B ${ID}`,
  ],
  [
    'a failure',
    { kind: 'event', type: 'dev.tested', success: false, payload_bytes: 0 },
    `✗ dev.tested shop 1.2.0 1 linux oci 0 B ${ID}`,
  ],
  [
    'a gate that has opened',
    { kind: 'complete', type: 'dev.releasable', gate: 'opened' },
    `▶ gate dev.releasable opened for shop 1.2.0 1 linux oci ${ID}`,
  ],
  [
    'a gate that was open already',
    { kind: 'complete', type: 'dev.releasable', gate: 'repeated' },
    `▶ gate dev.releasable open still for shop 1.2.0 1 linux oci ${ID}`,
  ],
  ['a new receiver', { kind: 'receiver' }, `+ event receiver shop@1.2.0 created ${ID}`],
  ['a new group', { kind: 'group' }, `+ group shop@1.2.0 created ${ID}`],
  ['a changed group', { kind: 'modified' }, `+ group shop@1.2.0 changed ${ID}`],
])('shows of the summary of %s what it has', (_, summary, line) => {
  const ids = { event_id: null, event_receiver_id: null, group_id: null, payload_bytes: null }
  const place = { cursor: '1', time: '2026-11-23T10:00:00Z', ce_id: 'c', id: ID, type: 't', success: true }
  const whole = { ...nvrpp, ...ids, ...place, kind: 'event' as const, ...summary }
  expect(toSummaryLine(whole, style).replace(/^\d\d:\d\d:\d\d /, '')).toBe(line)
})
