import type { Message } from '@epr/model'
import { buildMessage } from '@epr/testing'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import {
  allOf,
  anyOf,
  byGroup,
  byNvrpp,
  byPayload,
  byReceiver,
  bySuccess,
  byType,
  not,
  opens,
} from './matcher.js'
import { createWatcher } from './watcher.js'

const message = buildMessage({ type: 'dev.acme.built', payload: { passed: 3 } })
const group = { id: 'g1', name: 'gate', version: '1', type: 't', description: 'd', enabled: true }
const withGroup: Message = {
  ...message,
  data: {
    ...message.data,
    event_receiver_groups: [{ ...group, event_receiver_ids: ['r'], created_at: 'now', updated_at: 'now' }],
  },
}

describe('byType', () => {
  it.each([
    ['dev.acme.built', true],
    ['dev.acme.buil', false],
    ['dev.acme.*', true],
    ['*.built', true],
    ['*', true],
    ['dev.*.*t', true],
    ['dev.*.built*x', false],
    ['dev.acme.built*built', false],
    ['dev.acme.bui*ilt', false],
  ])('finds that %s takes the type dev.acme.built: %s', (pattern, expected) => {
    expect(byType(pattern)(message)).toBe(expected)
  })
})

describe('matchers', () => {
  it('look at success, artifact, receiver and group', () => {
    expect(bySuccess(true)(message)).toBe(true)
    expect(byNvrpp({ name: message.name, package: message.package })(message)).toBe(true)
    expect(byNvrpp({ name: 'another' })(message)).toBe(false)
    const receiver = message.data.event_receivers[0]
    expect(byReceiver(receiver?.id ?? '')(message)).toBe(true)
    expect(byReceiver({ name: receiver?.name ?? '', version: '0' })(message)).toBe(false)
    expect(byGroup('g1')(withGroup)).toBe(true)
    expect(byGroup({ name: 'gate' })(message)).toBe(false)
  })

  it('opens takes the opening of a gate, not its repeats, nor what happens to the group itself', () => {
    expect(opens('g1')(withGroup, { gate: 'opened' })).toBe(true)
    expect(opens({ name: 'gate' })(withGroup)).toBe(true)
    expect(opens()(withGroup, { gate: 'opened' })).toBe(true)
    expect(opens('g1')(withGroup, { gate: 'repeated' })).toBe(false)
    expect(allOf(opens('g1'))(withGroup, { gate: 'repeated' })).toBe(false)
    expect(anyOf(opens('g1'))(withGroup, { gate: 'repeated' })).toBe(false)
    expect(not(opens('g1'))(withGroup, { gate: 'repeated' })).toBe(true)
    expect(opens('g2')(withGroup, { gate: 'opened' })).toBe(false)
    expect(opens()(message)).toBe(false)
    expect(opens('g1')({ ...withGroup, data: { ...withGroup.data, events: [] } })).toBe(false)
  })

  it('are combined', () => {
    const yes = bySuccess(true)
    const no = not(yes)
    expect(allOf(yes, no)(message)).toBe(false)
    expect(anyOf(no, yes)(message)).toBe(true)
    expect(allOf()(message)).toBe(true)
    expect(anyOf()(message)).toBe(false)
  })

  it('byPayload takes a schema or a predicate, and nothing without an event', () => {
    expect(byPayload(z.object({ passed: z.number() }))(message)).toBe(true)
    expect(byPayload(z.object({ passed: z.string() }))(message)).toBe(false)
    expect(byPayload((payload) => payload === 1)(message)).toBe(false)
    const without: Message = { ...message, data: { ...message.data, events: [] } }
    expect(byPayload(() => true)(without)).toBe(false)
  })

  it('byPayload tells the handler the type of the payload, also within allOf', () => {
    const matches = allOf(byType('a'), byPayload(z.object({ passed: z.number() })))
    createWatcher({
      source: { name: 'none', run: async () => {}, sendDeadLetter: async () => {}, close: async () => {} },
      match: matches,
      handle: (narrowed) => expectTypeOf(narrowed.data.events[0].payload.passed).toEqualTypeOf<number>(),
    })
    expect(matches(message)).toBe(false)
  })
})
