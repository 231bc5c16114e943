import { describe, expect, it } from 'vitest'
import { toEventType, typesOfRelease } from './types.js'

describe('the name of an event type', () => {
  it('may be short', () => {
    expect(toEventType('build.finished')).toBe('dev.cdevents.build.finished.0.3.0')
    expect(toEventType('build.finished.0.2.0')).toBe('dev.cdevents.build.finished.0.2.0')
  })

  it.each([
    ['biuld.finished', 'build.finished, '],
    ['pipelinerun.finish', 'pipelinerun.finished, '],
    ['dev.cdevents.service.deployed.0.4.0', 'service.deployed.0.3.0, service.deployed.0.2.0, '],
    ['', 'build.queued, '],
  ])('that is none (%s) is answered with the nearest', (name, nearest) => {
    const message = expect.stringContaining(`the nearest are ${nearest}`)
    expect(() => toEventType(name)).toThrow(expect.objectContaining({ name: 'UsageError', message }))
  })
})

it('gives the types of one release, or of all', () => {
  const releases = ['0.5.1', '0.4.1', undefined]
  expect(releases.map((release) => typesOfRelease(release).length)).toEqual([45, 11, 56])
})
