import { describe, expect, it } from 'vitest'
import { isCdEvent } from './cd-event.js'
import { fromCdEvent, nvrppOf, outcomeOf } from './read-cd-event.js'
import { deployed, finished, PURL, SHOP } from './test-builders.js'

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
    expect(nvrppOf(deployed)).toEqual(SHOP)
    const subject = { id: PURL, content: {} }
    const signed = { ...deployed, subject }
    expect(fromCdEvent({ specversion: '1.0', id: '1', data: signed })).toEqual({ success: true, nvrpp: SHOP })
    const unversioned = { ...deployed, subject: { ...subject, id: 'pkg:oci/shop' } }
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
