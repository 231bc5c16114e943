import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  eventInputSchema,
  eventReceiverGroupInputSchema,
  fingerprint,
  messageSchema,
  nvrppKey,
} from './index.js'

const event = {
  name: 'foo',
  version: '1.0.0',
  release: '2026.11',
  platform_id: 'x86-64-gnu-linux-9',
  package: 'docker',
  description: 'built',
  event_receiver_id: '01HKX0J9KS8AASMRYX61458N41',
}
const problemsOf = (input: unknown) =>
  eventInputSchema.safeParse(input).error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)

describe('an event', () => {
  it('is a failure when it does not say that it succeeded', () => {
    expect(eventInputSchema.parse(event).success).toBe(false)
  })

  it('is refused with every blank field named', () => {
    expect(problemsOf({ ...event, name: ' ', version: '\t', package: undefined })).toEqual([
      'name must not be blank',
      'version must not be blank',
      'package must not be blank',
    ])
  })

  it('holds 255 characters in a field, counted as code points, and no more', () => {
    expect(problemsOf({ ...event, name: '🎸'.repeat(255) })).toBeUndefined()
    expect(problemsOf({ ...event, name: 'x'.repeat(256) })).toHaveLength(1)
  })

  it('refuses what cannot be stored exactly: NUL and half a surrogate pair', () => {
    expect(problemsOf({ ...event, name: 'a\0b' })).toHaveLength(1)
    expect(problemsOf({ ...event, name: 'a\ud83c' })).toHaveLength(1)
  })

  it('refuses a success that is not a boolean', () => {
    expect(problemsOf({ ...event, success: 'true' })).toEqual(['success must be true or false'])
  })
})

describe('a group', () => {
  const group = { name: 'g', type: 't', version: '1', description: 'd' }

  it('keeps the order of its receivers, refuses repeats and an empty list', () => {
    const accepts = (event_receiver_ids: unknown) =>
      eventReceiverGroupInputSchema.safeParse({ ...group, event_receiver_ids }).success
    expect(accepts(['b', 'a'])).toBe(true)
    expect(accepts(['a', 'a'])).toBe(false)
    expect(accepts([])).toBe(false)
    expect(accepts(undefined)).toBe(false)
  })
})

it('fingerprints a receiver as the original does', () => {
  const expected = createHash('sha256')
    .update('v1 epr.foo.cli foo cli created foo foo-cli 1.0.0')
    .digest('hex')
  const receiver = {
    type: 'epr.foo.cli',
    description: 'foo cli created foo',
    name: 'foo-cli',
    version: '1.0.0',
  }
  expect(fingerprint(receiver)).toBe(expected)
})

it('tells apart NVRPPs whose fields run into each other', () => {
  const key = (name: string, version: string) => nvrppKey({ ...event, name, version })
  expect(key('a","b', 'c')).not.toBe(key('a', 'b","c'))
  expect(key('foo', '1')).toBe(key('foo', '1'))
})

it('reads the null lists of the original', () => {
  const data = { events: null, event_receivers: null, event_receiver_groups: null }
  const { event_receiver_id: _, description: __, ...nvrpp } = event
  const message = {
    ...nvrpp,
    success: true,
    id: 'x',
    specversion: '1.0',
    type: 't',
    source: 'epr',
    api_version: 'v1',
    data,
  }
  expect(messageSchema.parse(message).data).toEqual({
    events: [],
    event_receivers: [],
    event_receiver_groups: [],
  })
})
