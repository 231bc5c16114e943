import { describe, expect, it } from 'vitest'
import { buildCdEvent } from './build-cd-event.js'
import { schemaFor } from './schema.js'
import { deployed } from './test-builders.js'
import { createValidator } from './test-validator.js'

const compile = createValidator()

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
