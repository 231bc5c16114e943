import { describe, expect, it } from 'vitest'
import { buildEvent, buildMessage } from '../test/support/builders.js'
import { createValidator } from '../test/support/validator.js'
import { buildCdEvent } from './build-cd-event.js'
import { type CdEvent, isCdEvent } from './cd-event.js'
import { toCdEvent, toEprEvent } from './epr-event.js'
import { type EventType, eventTypes, findEventType } from './event-types.js'
import { fromCdEvent, nvrppOf, outcomeOf } from './read-cd-event.js'
import { receiverFor } from './receiver.js'
import { createSchemaCatalogue, schemaFor } from './schema.js'

const SHOP = { name: 'shop', version: '1.2.0', release: '1', platform_id: 'linux', package: 'oci' }
const PURL = 'pkg:oci/shop@1.2.0?platform_id=linux'
const compile = createValidator()

const deployed = buildCdEvent('dev.cdevents.service.deployed.0.3.0', {
  source: '/cd/shop',
  subject: { id: 'shop', content: { environment: { id: 'production' }, artifactId: PURL } },
})

function finished(outcome?: string): CdEvent {
  const content = { pipelineName: 'shop', ...(outcome && { outcome }) }
  const subject = { id: 'run-1', content }
  return buildCdEvent('dev.cdevents.pipelinerun.finished.0.2.0', {
    source: '/ci',
    subject,
  }) as unknown as CdEvent
}

describe('event types', () => {
  it('are all of 0.5.1 and eleven of 0.4.1, each once, and each with a schema of its own', () => {
    const count = (release: string) => eventTypes.filter((each) => each.release === release).length
    expect([count('0.5.1'), count('0.4.1')]).toEqual([45, 11])
    expect(new Set(eventTypes.map(({ type }) => type)).size).toBe(56)
    expect(new Set(eventTypes.map(({ type }) => schemaFor(type).$id)).size).toBe(56)
  })

  it('are found by what people write', () => {
    const newest = 'dev.cdevents.build.finished.0.3.0'
    for (const name of [newest, 'build.finished.0.3.0', 'build.finished', 'Build.Finished']) {
      expect(findEventType(name)).toBe(newest)
    }
    expect(findEventType('build.finished.0.2.0')).toBe('dev.cdevents.build.finished.0.2.0')
    for (const name of ['', 'build', 'build.finish', 'finished', '0.3.0'])
      expect(findEventType(name)).toBeUndefined()
  })

  it('that nobody knows are refused', () => {
    const unknown = 'dev.cdevents.build.finished.9.0.0' as EventType
    for (const ask of [schemaFor, receiverFor]) {
      expect(() => ask(unknown)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    }
  })

  it('have receivers that are told apart', () => {
    const receivers = eventTypes.map(({ type }) => receiverFor(type))
    expect(receivers.find(({ type }) => type === 'dev.cdevents.pipelinerun.queued.0.2.0')).toMatchObject({
      name: 'pipelinerun-queued',
      version: '0.2.0',
      description: 'CDEvents 0.4.1: pipelineRun queued',
    })
    expect(new Set(receivers.map(({ name, version }) => `${name} ${version}`)).size).toBe(56)
  })

  it('stand in the catalogue by their ids, with the links', () => {
    const catalogue = createSchemaCatalogue()
    expect(catalogue.get('https://cdevents.dev/0.5.1/schema/build-finished-event')).toEqual(
      schemaFor('dev.cdevents.build.finished.0.3.0'),
    )
    for (const [$id, schema] of catalogue) {
      expect(schema).toMatchObject({ $id, $schema: 'https://json-schema.org/draft/2020-12/schema' })
    }
    const validate = compile({
      ...catalogue.get('https://cdevents.dev/0.4.1/schema/links/embeddedlinksarray'),
    })
    expect(validate([{ linkType: 'PATH', from: { contextId: 'a' } }])).toBe(true)
    expect(validate([{ linkType: 'PATH' }])).toBe(false)
  })
})

describe('buildCdEvent', () => {
  it('makes what the schema of the type takes, with an id, a time and the release', () => {
    expect(deployed.context).toEqual({
      specversion: '0.5.1',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      source: '/cd/shop',
      type: 'dev.cdevents.service.deployed.0.3.0',
      timestamp: expect.stringMatching(/Z$/),
    })
    const validate = compile(schemaFor(deployed.context.type))
    expect([validate(deployed), validate.errors]).toEqual([true, null])
    expect(validate({ ...deployed, subject: { ...deployed.subject, content: {} } })).toBe(false)
  })

  it('keeps what is given, and writes the old release as it was', () => {
    const type = 'dev.cdevents.build.started.0.2.0'
    const link = { linkType: 'PATH', from: { contextId: '1' } } as const
    const event = buildCdEvent(type, {
      id: '7',
      source: '/ci',
      timestamp: new Date(0),
      subject: { id: 'b', content: {} },
      links: [link],
      customData: { a: 1 },
    })
    expect(event).toEqual({
      context: {
        version: '0.4.1',
        id: '7',
        source: '/ci',
        type,
        timestamp: '1970-01-01T00:00:00.000Z',
        links: [link],
      },
      subject: { type: 'build', id: 'b', content: {} },
      customData: { a: 1 },
    })
    expect(compile(schemaFor(type))(event)).toBe(true)
  })
})

describe('what a CDEvent says', () => {
  it.each([
    [undefined, true],
    ['success', true],
    ['pass', true],
    ['failure', false],
    ['fail', false],
    ['error', false],
    ['cancel', false],
    ['something of others', false],
  ])('with the outcome %s is success %s', (outcome, success) => {
    expect(outcomeOf(finished(outcome))).toBe(success)
    expect(fromCdEvent(finished(outcome))).toEqual({ success })
  })

  it('names the artifact by a package URL', () => {
    expect(nvrppOf(deployed as unknown as CdEvent)).toEqual(SHOP)
    const subject = { id: PURL, content: {} }
    const signed = { ...deployed, subject } as unknown as CdEvent
    expect(fromCdEvent({ specversion: '1.0', id: '1', data: signed })).toEqual({ success: true, nvrpp: SHOP })
    const unversioned = { ...deployed, subject: { ...subject, id: 'pkg:oci/shop' } } as unknown as CdEvent
    expect(nvrppOf(unversioned)).toBeUndefined()
  })

  it('is asked only of CDEvents, also of those to come', () => {
    const { context, subject } = deployed
    const later = { ...context, type: 'dev.cdevents.build.vanished.1.0.0-draft' }
    expect(isCdEvent({ context: later, subject })).toBe(true)
    const others = [
      null,
      'x',
      [],
      {},
      { context },
      { subject },
      { data: deployed },
      { context, subject: { id: 'x' } },
    ]
    const custom = { context: { ...context, type: 'dev.cdeventsx.acme-build.finished.0.1.0' }, subject }
    for (const value of [...others, custom, { context: { ...context, id: 1 }, subject }]) {
      expect(fromCdEvent(value)).toBeUndefined()
    }
  })
})

describe('EPR events and CDEvents', () => {
  const receiver = { event_receiver_id: '01JD0000000000000000000000' }

  it('are made of one another', () => {
    const event = toEprEvent(deployed as unknown as CdEvent, receiver)
    const description = 'dev.cdevents.service.deployed.0.3.0'
    expect(event).toEqual({ ...SHOP, ...receiver, description, success: true, payload: deployed })
    expect(toCdEvent(buildEvent(event.payload))).toBe(deployed)
    const cloudEvent = { specversion: '1.0', id: '1', source: '/', type: 't', data: deployed }
    expect(toCdEvent(buildMessage('some.type', cloudEvent))).toBe(deployed)
  })

  it('need an artifact', () => {
    expect(() => toEprEvent(finished('failure'), receiver)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
    const event = toEprEvent(finished('failure'), { ...receiver, nvrpp: SHOP, description: 'nightly' })
    expect(event).toMatchObject({ ...SHOP, success: false, description: 'nightly' })
  })

  it('are made also of a payload that is only the content, always alike', () => {
    const content = { environment: { id: 'production' }, artifactId: PURL }
    const message = buildMessage('dev.cdevents.service.deployed.0.2.0', content)
    const made = toCdEvent(message)
    expect(made).toEqual(toCdEvent(structuredClone(message)))
    expect(made).toMatchObject({
      context: { version: '0.4.1', id: message.id, timestamp: '2026-11-23T10:00:00.000001Z' },
      subject: { id: PURL, type: 'service', content },
    })
    const validate = compile(schemaFor('dev.cdevents.service.deployed.0.2.0'))
    expect([validate(made), validate.errors]).toEqual([true, null])
  })

  it('are not made of anything else', () => {
    expect(toCdEvent(buildMessage('foo.bar', { environment: {} }))).toBeUndefined()
    const environment = { id: 'production' }
    for (const payload of [null, [], {}, { environment }, { environment, artifactId: 'x', image: 'x' }]) {
      expect(toCdEvent(buildMessage('dev.cdevents.service.deployed.0.3.0', payload))).toBeUndefined()
    }
    const message = buildMessage('gate.open', deployed)
    const group = { id: '1', name: 'g', type: 'gate.open', version: '1', description: 'd', enabled: true }
    const times = { event_receiver_ids: [], created_at: 'x', updated_at: 'x' }
    const completion = {
      ...message,
      data: { ...message.data, event_receiver_groups: [{ ...group, ...times }] },
    }
    expect(toCdEvent(completion)).toBeUndefined()
  })
})
