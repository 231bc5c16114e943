import { describe, expect, it } from 'vitest'
import { type EventType, eventTypes, findEventType } from './event-types.js'
import { receiverFor } from './receiver.js'
import { createSchemaCatalogue, schemaFor } from './schema.js'
import { createValidator } from './test-validator.js'

const compile = createValidator()

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
