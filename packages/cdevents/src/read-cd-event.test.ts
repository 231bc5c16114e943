import { describe, expect, it } from 'vitest'
import { isCdEvent } from './cd-event.js'
import { outcomeOf } from './outcome.js'
import { fromCdEvent, nvrppOf } from './read-cd-event.js'
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
    ['Success', true],
    ['PASS', true],
    ['unsuccess', false],
    ['FAILURE', false],
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
    for (const value of others.slice(0, 4)) expect(fromCdEvent(value)).toBeUndefined()
    for (const type of [
      'org.acme.finished',
      'dev.cdeventsy.build.finished.0.3.0',
      'x.dev.cdevents.a.b.1.0.0',
    ])
      expect(fromCdEvent({ context: { ...context, type }, subject })).toBeUndefined()
    for (const value of [...others, { context: { ...context, id: 1 }, subject }])
      expect(isCdEvent(value)).toBe(false)
  })

  const SCAN = 'dev.cdeventsx.acme-scan.finished.0.1.0'
  const of = (type: string, content: object, more: object = {}) => ({
    context: { ...deployed.context, type },
    subject: { id: 's', content },
    ...more,
  })

  it('is asked of custom ones too, and of those that are written oddly', () => {
    for (const type of [
      SCAN,
      SCAN.toUpperCase(),
      'dev.cdevents.testsuiterun.Finished.0.2.0',
      'dev.cdeventsx.x',
    ]) {
      for (const [outcome, success] of [
        ['failure', false],
        ['success', true],
        [null, false],
        [true, false],
        [{ value: 'success' }, false],
        [['success'], false],
        [0, false],
      ])
        expect([type, outcome, fromCdEvent(of(type, { outcome }))?.success]).toEqual([type, outcome, success])
    }
    expect(isCdEvent(of(SCAN, {}))).toBe(true)
    expect(fromCdEvent({ context: { type: SCAN }, subject: { content: { outcome: 'fail' } } })).toEqual({
      success: false,
    })
  })

  it.each([
    ['an outcome in capitals', of(SCAN, { Outcome: 'failure' }), false],
    ['outcomes that disagree', of(SCAN, { outcome: 'success', OUTCOME: 'failure' }), false],
    [
      'an outcome beside the content',
      of(SCAN, {}, { subject: { id: 's', content: {}, outcome: 'failure' } }),
      false,
    ],
    ['an outcome beside the subject', of(SCAN, {}, { outcome: 'error' }), false],
    ['a predicate that says it', of('dev.cdeventsx.acme-scan.failed.0.1.0', {}), false],
    [
      'a predicate that an outcome overrules',
      of('dev.cdeventsx.acme-scan.failed.0.1.0', { outcome: 'success' }),
      true,
    ],
    ['a test that was skipped', of('dev.cdevents.testcaserun.skipped.0.2.0', {}), false],
    ['errors of release 0.4', of('dev.cdevents.pipelinerun.finished.0.2.0', { errors: 'no disk' }), false],
    ['no errors', of('dev.cdevents.pipelinerun.finished.0.2.0', { errors: '' }), true],
    ['nothing but that it happened', of('dev.cdevents.build.finished.0.3.0', {}), true],
  ])('counts %s', (_, event, success) => {
    expect(fromCdEvent(event)?.success).toBe(success)
    expect(fromCdEvent({ specversion: '1.0', type: 'org.acme', data: event })?.success).toBe(success)
    const data_base64 = Buffer.from(JSON.stringify(event)).toString('base64')
    expect(fromCdEvent({ specversion: '1.0', type: SCAN, data_base64 })?.success).toBe(success)
  })

  it.each([
    ['has no data', { specversion: '1.0', type: SCAN }],
    ['has a text as data', { specversion: '1.0', type: SCAN, data: JSON.stringify(of(SCAN, {})) }],
    ['has bytes as data', { specversion: '1.0', type: SCAN, data_base64: 'AP8=' }],
    ['has data of another kind', { specversion: '1.0', type: 'dev.cdevents', data: { outcome: 'failure' } }],
    ['has no subject', { context: { type: SCAN } }],
    ['has no content', { context: { type: SCAN }, subject: { id: 's' } }],
  ])('is refused where it says that it is one and %s', (_, value) => {
    expect(() => fromCdEvent(value)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})
