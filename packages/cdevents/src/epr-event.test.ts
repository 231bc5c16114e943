import { describe, expect, it } from 'vitest'
import { toCdEvent, toEprEvent } from './epr-event.js'
import { schemaFor } from './schema.js'
import { buildEvent, buildMessage, deployed, finished, PURL, SHOP } from './test-builders.js'
import { createValidator } from './test-validator.js'

const compile = createValidator()

describe('EPR events and CDEvents', () => {
  const receiver = { event_receiver_id: '01JD0000000000000000000000' }

  it('are made of one another', () => {
    const event = toEprEvent(deployed, receiver)
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
